import type { Principal, Trust } from '@cuttle/core-types';
import { expect, it } from 'vitest';
import type { ConversationFacts } from './conversation.ts';
import { taintOf, trustOf } from './trust.ts';

const owner: Principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };
const ann: Principal = { id: 'ann', kind: 'person', scopes: [] };
const place: ConversationFacts = {
  chat: 'dm',
  dmPolicy: 'open',
  groupPolicy: 'mention',
  allowed: false,
  blocked: false,
  addressed: true,
  isBot: false,
  bots: 'off',
};

it.each<[string, Principal, ConversationFacts | undefined, Trust]>([
  ['the owner', owner, place, 'owner'],
  ['someone let in', ann, { ...place, allowed: true }, 'paired'],
  ['anyone in an open place', ann, place, 'guest'],
  ['anyone in a group', ann, { ...place, chat: 'group' }, 'guest'],
  ['an unknown sender', ann, { ...place, dmPolicy: 'pairing' }, 'stranger'],
  ['a blocked sender', ann, { ...place, allowed: true, blocked: true }, 'stranger'],
  ['a person of no conversation', ann, undefined, 'stranger'],
  [
    'a token with all scopes',
    { id: 'k', kind: 'client', scopes: ['operator.admin'] },
    undefined,
    'owner',
  ],
  [
    'a token that writes',
    { id: 'k', kind: 'client', scopes: ['operator.write'] },
    undefined,
    'paired',
  ],
  [
    'a token that reads',
    { id: 'k', kind: 'client', scopes: ['operator.read'] },
    undefined,
    'stranger',
  ],
  ['a schedule', { id: 's', kind: 'machine', scopes: ['operator.admin'] }, undefined, 'machine'],
])('trusts %s', (_what, ...[principal, conversation, expected]) => {
  expect(trustOf(principal, conversation)).toBe(expected);
});

it.each<[Trust, 'dm' | 'group' | 'pull', readonly string[]]>([
  ['owner', 'dm', []],
  ['paired', 'dm', []],
  ['guest', 'dm', ['guest']],
  ['stranger', 'dm', ['stranger']],
  ['owner', 'group', ['group']],
  ['guest', 'group', ['group', 'guest']],
  ['owner', 'pull', []],
  ['paired', 'pull', ['client']],
  ['machine', 'pull', ['client']],
  ['machine', 'dm', []],
])('taints a run by words of %s in a %s as %j', (trust, chat, expected) => {
  expect(taintOf({ door: 'x', accountId: 'y', trust }, chat)).toEqual(expected);
});
