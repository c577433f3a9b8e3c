import type { Principal, Scope } from '@cuttle/core-types';
import { isTextCode } from '@cuttle/core-types/texts';
import { describe, expect, it } from 'vitest';
import { type Action, authorise, type Decision, type Resource } from './authorise.ts';

const owner: Principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };
const ann: Principal = { id: 'ann', kind: 'person', personId: 'p1', scopes: [] };

function client(...scopes: Scope[]): Principal {
  return { id: 'key-1', kind: 'client', scopes };
}
function machine(...scopes: Scope[]): Principal {
  return { id: 'cron-1', kind: 'machine', scopes };
}
function said(decision: Decision): string {
  return decision.kind === 'allow' ? 'allow' : `${decision.kind} ${decision.reason}`;
}

describe('method.call', () => {
  it.each<[string, Principal, Scope | undefined, string]>([
    ['a method without a scope', client(), undefined, 'allow'],
    ['the scope itself', client('operator.pairing'), 'operator.pairing', 'allow'],
    ['write for read', client('operator.write'), 'operator.read', 'allow'],
    ['admin for approvals', client('operator.admin'), 'operator.approvals', 'allow'],
    ['read for write', client('operator.read'), 'operator.write', 'deny policy.scope'],
    ['write for approvals', client('operator.write'), 'operator.approvals', 'deny policy.scope'],
    ['approvals for read', client('operator.approvals'), 'operator.read', 'deny policy.scope'],
    ['no scope at all', ann, 'operator.read', 'deny policy.scope'],
    [
      'the owner through a narrowed login',
      { ...owner, scopes: ['operator.read'] },
      'operator.admin',
      'deny policy.scope',
    ],
    [
      'a machine with its creator’s scopes',
      machine('operator.write'),
      'operator.admin',
      'deny policy.scope',
    ],
  ])('decides on %s', (_what, ...[principal, scope, expected]) => {
    expect(said(authorise(principal, 'method.call', { kind: 'method', name: 'x', scope }))).toBe(
      expected,
    );
  });
});

describe('task.work', () => {
  const builder: Principal = { ...client('workers'), worker: 'builder' };
  it.each<[string, Principal, string, string]>([
    ['the name of its token', builder, 'builder', 'allow'],
    ['another name', builder, 'printer', 'deny policy.not-yours'],
    ['a token without a name', client('workers'), 'builder', 'deny policy.not-yours'],
    [
      'a name without the scope',
      { ...client('operator.write'), worker: 'builder' },
      'builder',
      'deny policy.not-yours',
    ],
    ['the owner', owner, 'builder', 'allow'],
    ['a person', ann, 'builder', 'deny policy.not-yours'],
  ])('decides on %s', (_what, ...[principal, name, expected]) => {
    expect(said(authorise(principal, 'task.work', { kind: 'worker', name }))).toBe(expected);
  });

  it('reaches no method of an operator, and an operator’s token no less', () => {
    const scopes: Scope[] = [
      'operator.read',
      'operator.write',
      'operator.approvals',
      'operator.pairing',
      'operator.admin',
    ];
    for (const scope of scopes) {
      const method = { kind: 'method', name: 'x', scope } as const;
      expect(said(authorise(builder, 'method.call', method))).toBe('deny policy.scope');
      if (scope === 'operator.admin') continue;
      const work = { ...method, scope: 'workers' } as const;
      expect(said(authorise(client(scope), 'method.call', work))).toBe('deny policy.scope');
    }
  });
});

type Conversation = Extract<Resource, { kind: 'conversation' }>;
const place: Conversation = {
  kind: 'conversation',
  chat: 'dm',
  dmPolicy: 'pairing',
  groupPolicy: 'mention',
  allowed: false,
  blocked: false,
  addressed: false,
  isBot: false,
  bots: 'off',
};

describe('inbound.send', () => {
  it.each<[string, Partial<Conversation>, string]>([
    ['an unknown sender where pairing is asked', {}, 'deny access.pairing'],
    ['a paired sender', { allowed: true }, 'allow'],
    [
      'a blocked sender, paired or not',
      { allowed: true, blocked: true, dmPolicy: 'open' },
      'deny access.blocked',
    ],
    ['an unknown sender and an allowlist', { dmPolicy: 'allowlist' }, 'deny access.not-allowed'],
    ['a listed sender', { dmPolicy: 'allowlist', allowed: true }, 'allow'],
    ['anyone in an open place', { dmPolicy: 'open' }, 'allow'],
    [
      'a paired sender at a disabled door',
      { dmPolicy: 'disabled', allowed: true },
      'deny access.disabled',
    ],
    ['an unknown bot', { dmPolicy: 'open', isBot: true }, 'deny access.bot'],
    ['a listed bot', { isBot: true, allowed: true }, 'allow'],
    ['any bot where all are taken', { dmPolicy: 'open', isBot: true, bots: 'all' }, 'allow'],
    [
      'a bot that says nothing to us',
      { chat: 'group', groupPolicy: 'open', isBot: true, bots: 'mention' },
      'deny access.bot',
    ],
    [
      'a bot that names us',
      { chat: 'group', isBot: true, bots: 'mention', addressed: true },
      'allow',
    ],
    [
      'a bot that is taken, where groups are not',
      { chat: 'group', groupPolicy: 'disabled', isBot: true, bots: 'all' },
      'deny access.group-disabled',
    ],
    ['talk in a group', { chat: 'group' }, 'deny access.not-addressed'],
    [
      'a paired sender’s talk in a group',
      { chat: 'group', allowed: true },
      'deny access.not-addressed',
    ],
    ['a mention in a group', { chat: 'group', addressed: true }, 'allow'],
    ['talk in an open group', { chat: 'group', groupPolicy: 'open' }, 'allow'],
    [
      'a mention by someone not listed',
      { chat: 'group', groupPolicy: 'allowlist', addressed: true },
      'deny access.not-allowed',
    ],
    [
      'a mention by someone listed',
      { chat: 'group', groupPolicy: 'allowlist', addressed: true, allowed: true },
      'allow',
    ],
    [
      'talk of someone listed',
      { chat: 'group', groupPolicy: 'allowlist', allowed: true },
      'deny access.not-addressed',
    ],
    [
      'a mention where groups are off',
      { chat: 'group', groupPolicy: 'disabled', addressed: true, allowed: true },
      'deny access.group-disabled',
    ],
    [
      'a blocked sender’s mention',
      { chat: 'group', groupPolicy: 'open', addressed: true, blocked: true },
      'deny access.blocked',
    ],
  ])('decides on %s', (_what, facts, expected) => {
    expect(said(authorise(ann, 'inbound.send', { ...place, ...facts }))).toBe(expected);
  });

  it('knows the owner, who is under no list, except at a door that is off', () => {
    expect(said(authorise(owner, 'inbound.send', place))).toBe('allow');
    expect(said(authorise(owner, 'inbound.send', { ...place, dmPolicy: 'disabled' }))).toBe(
      'deny access.disabled',
    );
  });
});

describe('command.run', () => {
  it.each<[string, Principal, 'read' | 'write' | 'owner', string]>([
    ['a person reading', ann, 'read', 'allow'],
    ['a person steering their conversation', ann, 'write', 'allow'],
    ['a person at the owner’s command', ann, 'owner', 'deny access.command'],
    ['the owner', owner, 'owner', 'allow'],
    ['a token with all scopes', client('operator.admin'), 'owner', 'allow'],
    ['a token that only reads', client('operator.read'), 'write', 'deny access.command'],
    ['a token that writes', client('operator.write'), 'write', 'allow'],
    ['a machine without scopes', machine(), 'write', 'deny access.command'],
    [
      'a person who calls their scopes admin',
      { ...ann, scopes: ['operator.admin'] },
      'owner',
      'deny access.command',
    ],
  ])('decides on %s', (_what, ...[principal, risk, expected]) => {
    expect(said(authorise(principal, 'command.run', { kind: 'command', name: 'x', risk }))).toBe(
      expected,
    );
  });
});

describe('approval.decide', () => {
  it.each<[string, Principal, string]>([
    ['the owner', owner, 'allow'],
    ['who was asked', ann, 'allow'],
    ['someone else', { ...ann, id: 'bob' }, 'deny policy.not-yours'],
    ['a token with approvals', client('operator.approvals'), 'allow'],
    ['a token that writes', client('operator.write'), 'deny policy.scope'],
    ['a machine of the owner', machine('operator.admin'), 'deny policy.not-yours'],
    [
      'a machine with the id of who was asked',
      { ...machine(), id: 'ann' },
      'deny policy.not-yours',
    ],
    ['a token with the id of who was asked', { ...client(), id: 'ann' }, 'deny policy.scope'],
  ])('decides on %s', (_what, principal, expected) => {
    const resource: Resource = { kind: 'approval', ownerPrincipalId: 'ann' };
    expect(said(authorise(principal, 'approval.decide', resource))).toBe(expected);
  });
});

describe('session.read and session.write', () => {
  it.each<[string, Principal, string | undefined, string]>([
    ['one’s own', ann, 'ann', 'allow'],
    ['another’s', ann, 'bob', 'deny policy.not-yours'],
    ['one that is nobody’s', ann, undefined, 'deny policy.not-yours'],
    ['any, as the owner', owner, 'bob', 'allow'],
    ['any, with a token of all scopes', client('operator.admin'), undefined, 'allow'],
    ['another’s, with a token that reads', client('operator.read'), 'bob', 'deny policy.not-yours'],
  ])('decides on %s', (_what, ...[principal, ownerPrincipalId, expected]) => {
    const session: Resource = { kind: 'session', ownerPrincipalId };
    expect(said(authorise(principal, 'session.read', session))).toBe(expected);
    expect(said(authorise(principal, 'session.write', session))).toBe(expected);
  });
});

const resources: readonly Resource[] = [
  { kind: 'method', name: 'x', scope: undefined },
  { ...place, dmPolicy: 'open' },
  { kind: 'command', name: 'x', risk: 'read' },
  {
    kind: 'tool',
    name: 'current_time',
    risk: 'read',
    provenance: { door: 'web', accountId: 'web', trust: 'owner' },
    taint: [],
    policy: { profile: 'full', allow: ['*'], deny: [], approvals: 'allow' },
  },
  { kind: 'approval', ownerPrincipalId: 'owner' },
  { kind: 'session', ownerPrincipalId: 'owner' },
  { kind: 'worker', name: 'builder' },
];
const actions: Readonly<Record<Action, Resource['kind']>> = {
  'method.call': 'method',
  'inbound.send': 'conversation',
  'command.run': 'command',
  'tool.offer': 'tool',
  'tool.use': 'tool',
  'approval.decide': 'approval',
  'session.read': 'session',
  'session.write': 'session',
  'task.work': 'worker',
};

it('denies the owner an action on a resource of another kind', () => {
  const answers = Object.entries(actions).flatMap(([action, kind]) =>
    resources.map((resource) => {
      const decision = authorise(owner, action as Action, resource);
      return (decision.kind === 'allow') === (resource.kind === kind)
        ? 'right'
        : `${action} ${resource.kind}`;
    }),
  );
  expect(new Set(answers)).toEqual(new Set(['right']));
});

it('gives reasons that are system texts', () => {
  expect(isTextCode('policy.no-rule')).toBe(true);
  expect(
    said(authorise(owner, 'session.read', { kind: 'method', name: 'x', scope: undefined })),
  ).toBe('deny policy.no-rule');
});
