import { describe, expect, it } from 'vitest';
import { buildSessionKey, type ChatPlace, parseSessionKey } from './session-key.ts';
import { scopeSessionKey, sessionScopes, type Speaker } from './session-scope.ts';

const dm: ChatPlace = {
  agentId: 'main',
  channel: 'telegram',
  account: 'work',
  chat: { id: '42', kind: 'dm' },
};
const group: ChatPlace = { ...dm, chat: { id: '-100', kind: 'group' } };
const topic: ChatPlace = { ...dm, chat: { id: '-100', kind: 'group', threadId: '7' } };
const dmTopic: ChatPlace = { ...dm, chat: { id: '42', kind: 'dm', threadId: '7' } };

const paired: Speaker = { isKnown: true, linkedPersonId: undefined };
const linked: Speaker = { isKnown: true, linkedPersonId: 'p1' };
const guest: Speaker = { isKnown: false, linkedPersonId: undefined };
const linkedGuest: Speaker = { isKnown: false, linkedPersonId: 'p1' };

const own = 'agent:main:telegram:work:dm:42';

describe('scopeSessionKey', () => {
  it.each([
    ['per-account-channel-peer', paired, own],
    ['per-account-channel-peer', linked, own],
    ['per-channel-peer', paired, 'agent:main:telegram:dm:42'],
    ['per-channel-peer', linked, 'agent:main:telegram:dm:42'],
    ['per-sender', paired, own],
    ['per-sender', linked, 'agent:main:person:p1'],
    ['global', paired, 'agent:main:main'],
    ['global', linked, 'agent:main:main'],
  ] as const)('%s: a direct message of %j is in %s', (scope, speaker, key) => {
    expect(scopeSessionKey(dm, speaker, scope)).toBe(key);
  });

  it.each(sessionScopes)('%s: groups and threads have their own sessions', (scope) => {
    expect(scopeSessionKey(group, linked, scope)).toBe('agent:main:telegram:work:group:-100');
    expect(scopeSessionKey(topic, linked, scope)).toBe(
      'agent:main:telegram:work:group:-100:thread:7',
    );
    expect(scopeSessionKey(dmTopic, linked, scope)).toBe(`${own}:thread:7`);
  });

  it.each(sessionScopes)('%s: whoever was not let in shares nothing', (scope) => {
    expect(scopeSessionKey(dm, guest, scope)).toBe(own);
    expect(scopeSessionKey(dm, linkedGuest, scope)).toBe(own);
  });

  it('makes keys of a channel that no account can have', () => {
    const all = { ...dm, account: undefined };
    expect(parseSessionKey(buildSessionKey(all))).toEqual(all);
    const named = { ...dm, account: 'dm' };
    expect(parseSessionKey(buildSessionKey(named))).toEqual(named);
    expect(buildSessionKey(named)).not.toBe(buildSessionKey(all));
  });
});
