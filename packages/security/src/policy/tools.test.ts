import type { Principal, Provenance, Scope, TaintSource, Trust } from '@cuttle/core-types';
import type { Risk } from '@cuttle/core-types/ports';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorise, type Decision } from './authorise.ts';
import {
  type ToolChange,
  toolGroups,
  type ToolFacts,
  type ToolPolicy,
  type ToolProfile,
} from './tools.ts';
import { toMachine } from './trust.ts';

const owner: Principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };
const ann: Principal = { id: 'ann', kind: 'person', personId: 'p1', scopes: [] };

function from(trust: Trust): Provenance {
  return { door: 'telegram', accountId: 'main', trust };
}
function policy(over: Partial<ToolPolicy> = {}): ToolPolicy {
  return { profile: 'messaging', allow: [], deny: [], approvals: 'ask', ...over };
}

interface Case {
  readonly changes?: ToolChange;
  readonly name: string;
  readonly risk: Risk;
  readonly who?: Principal;
  readonly trust?: Trust;
  readonly taint?: readonly TaintSource[];
  readonly policy?: Partial<ToolPolicy>;
}
function decide(input: Case): string {
  const decision = authorise(input.who ?? owner, 'tool.use', {
    kind: 'tool',
    name: input.name,
    risk: input.risk,
    provenance: from(input.trust ?? 'owner'),
    taint: input.taint ?? [],
    changes: input.changes,
    policy: policy(input.policy),
  });
  return decision.kind === 'allow' ? 'allow' : `${decision.kind} ${decision.reason}`;
}

describe('tool.use', () => {
  it.each<[string, Case, string]>([
    ['a tool of the profile', { name: 'note_add', risk: 'write' }, 'allow'],
    [
      'a tool outside the profile',
      { name: 'file_read', risk: 'read' },
      'deny policy.not-in-profile',
    ],
    [
      'an added tool',
      { name: 'file_read', risk: 'read', policy: { allow: ['file_read'] } },
      'allow',
    ],
    [
      'an added group',
      { name: 'file_read', risk: 'read', policy: { allow: ['group:file'] } },
      'allow',
    ],
    [
      'an added prefix',
      { name: 'file_read', risk: 'read', policy: { allow: ['file_*'] } },
      'allow',
    ],
    [
      'an unknown tool',
      { name: 'exec', risk: 'execute', policy: { profile: 'coding' } },
      'deny policy.not-in-profile',
    ],
    [
      'a denied tool that is added too',
      { name: 'note_add', risk: 'write', policy: { allow: ['*'], deny: ['note_add'] } },
      'deny policy.denied',
    ],
    [
      'a denied group',
      { name: 'note_add', risk: 'write', policy: { deny: ['group:note'] } },
      'deny policy.denied',
    ],
    [
      'everything denied',
      { name: 'current_time', risk: 'read', policy: { deny: ['*'] } },
      'deny policy.denied',
    ],
    [
      'a group that does not exist',
      { name: 'constructor', risk: 'read', policy: { allow: ['group:constructor'] } },
      'deny policy.not-in-profile',
    ],
    ['a name of the prototype', { name: 'toString', risk: 'read' }, 'deny policy.not-in-profile'],

    [
      'execution for the owner',
      { name: 'exec', risk: 'execute', policy: { profile: 'full' } },
      'ask policy.approval',
    ],
    [
      'execution where approvals are given',
      { name: 'exec', risk: 'execute', policy: { profile: 'full', approvals: 'allow' } },
      'allow',
    ],
    [
      'execution where approvals are refused',
      { name: 'exec', risk: 'execute', policy: { profile: 'full', approvals: 'deny' } },
      'deny policy.approval',
    ],
    [
      'execution for someone let in',
      {
        name: 'exec',
        risk: 'execute',
        who: ann,
        trust: 'paired',
        policy: { profile: 'full', approvals: 'allow' },
      },
      'ask policy.approval',
    ],
    [
      'execution for a guest',
      {
        name: 'exec',
        risk: 'execute',
        who: ann,
        trust: 'guest',
        policy: { profile: 'full', allow: ['exec'], approvals: 'allow' },
      },
      'deny policy.guest',
    ],
    [
      'execution for a stranger',
      {
        name: 'exec',
        risk: 'execute',
        who: ann,
        trust: 'stranger',
        policy: { profile: 'full', allow: ['exec'] },
      },
      'deny policy.stranger',
    ],
    [
      'execution under a harmless name',
      { name: 'note_add', risk: 'execute', who: ann, trust: 'guest' },
      'deny policy.guest',
    ],

    [
      'a file for a guest',
      { name: 'file_write', risk: 'write', who: ann, trust: 'guest', policy: { profile: 'full' } },
      'deny policy.guest',
    ],
    [
      'a plugin’s tool for a guest',
      { name: 'jira_search', risk: 'read', who: ann, trust: 'guest', policy: { profile: 'full' } },
      'deny policy.guest',
    ],
    ['a guest’s own note', { name: 'note_add', risk: 'write', who: ann, trust: 'guest' }, 'allow'],
    [
      'the web for a guest',
      { name: 'web_fetch', risk: 'network', who: ann, trust: 'guest' },
      'ask policy.taint',
    ],
    [
      'a note of a stranger',
      { name: 'note_add', risk: 'write', who: ann, trust: 'stranger' },
      'deny policy.stranger',
    ],
    [
      'the time for a stranger',
      { name: 'current_time', risk: 'read', who: ann, trust: 'stranger' },
      'allow',
    ],
    [
      'the configuration for someone let in',
      { name: 'config_read', risk: 'read', who: ann, trust: 'paired', policy: { profile: 'full' } },
      'deny policy.owner',
    ],
    [
      'whom a messenger knows for someone let in',
      { name: 'channel_directory', risk: 'read', who: ann, trust: 'paired' },
      'deny policy.owner',
    ],
    [
      'whom a messenger knows for the owner behind a lower trust',
      { name: 'channel_directory', risk: 'read', trust: 'paired' },
      'deny policy.owner',
    ],
    [
      'whom a messenger knows for a guest',
      { name: 'channel_directory', risk: 'read', who: ann, trust: 'guest' },
      'deny policy.guest',
    ],
    [
      'whom a messenger knows for the owner',
      { name: 'channel_directory', risk: 'read', taint: ['stranger'] },
      'allow',
    ],
    [
      'the configuration for the owner',
      { name: 'config_read', risk: 'read', policy: { profile: 'full' } },
      'allow',
    ],

    ['the web', { name: 'web_fetch', risk: 'network' }, 'allow'],
    [
      'the web after a page was read',
      { name: 'web_fetch', risk: 'network', taint: ['web'] },
      'ask policy.taint',
    ],
    [
      'a message in a group',
      { name: 'message_send', risk: 'send', taint: ['group'] },
      'ask policy.taint',
    ],
    [
      'a note in a tainted run',
      { name: 'note_add', risk: 'write', taint: ['web', 'file'] },
      'allow',
    ],
    [
      'instructions in a tainted run',
      {
        name: 'file_write',
        risk: 'write',
        taint: ['web'],
        changes: 'instructions',
        policy: { profile: 'coding' },
      },
      'ask policy.taint',
    ],
    [
      'instructions that nothing could have steered',
      { name: 'file_edit', risk: 'write', changes: 'instructions', policy: { profile: 'coding' } },
      'allow',
    ],
    [
      'another file in a tainted run',
      {
        name: 'file_write',
        risk: 'write',
        taint: ['web'],
        changes: 'files',
        policy: { profile: 'coding' },
      },
      'allow',
    ],
    [
      'tainted instructions where approvals are refused',
      {
        name: 'file_write',
        risk: 'write',
        taint: ['file'],
        changes: 'instructions',
        policy: { profile: 'coding', approvals: 'deny' },
      },
      'deny policy.taint',
    ],
    [
      'a tainted message where approvals are given',
      { name: 'message_send', risk: 'send', taint: ['web'], policy: { approvals: 'allow' } },
      'allow',
    ],
    [
      'the same for someone let in',
      {
        name: 'message_send',
        risk: 'send',
        who: ann,
        trust: 'paired',
        taint: ['web'],
        policy: { approvals: 'allow' },
      },
      'ask policy.taint',
    ],
    [
      'a tainted message where approvals are refused',
      { name: 'message_send', risk: 'send', taint: ['web'], policy: { approvals: 'deny' } },
      'deny policy.taint',
    ],

    [
      'a machine of the owner',
      {
        name: 'exec',
        risk: 'execute',
        who: toMachine(owner),
        trust: 'machine',
        policy: { profile: 'full', approvals: 'allow' },
      },
      'allow',
    ],
    [
      'a machine of someone let in',
      {
        name: 'exec',
        risk: 'execute',
        who: toMachine(ann),
        trust: 'paired',
        policy: { profile: 'full', approvals: 'allow' },
      },
      'ask policy.approval',
    ],
    [
      'a machine of a guest',
      {
        name: 'file_read',
        risk: 'read',
        who: toMachine(ann),
        trust: 'guest',
        policy: { profile: 'full' },
      },
      'deny policy.guest',
    ],
    [
      'a machine of nobody',
      { name: 'note_add', risk: 'write', who: toMachine(ann), trust: 'machine' },
      'deny policy.stranger',
    ],
    [
      'a person whose scopes claim more',
      {
        name: 'config_read',
        risk: 'read',
        who: { ...ann, scopes: ['operator.admin'] },
        policy: { profile: 'full' },
      },
      'deny policy.owner',
    ],
    [
      'a token that only reads',
      {
        name: 'note_add',
        risk: 'write',
        who: { id: 'k', kind: 'client', scopes: ['operator.read'] },
      },
      'deny policy.stranger',
    ],
  ])('decides on %s', (_what, input, expected) => {
    expect(decide(input)).toBe(expected);
  });
});

const scopes: readonly Scope[] = [
  'operator.read',
  'operator.write',
  'operator.approvals',
  'operator.admin',
];
const sources: readonly TaintSource[] = ['web', 'file', 'group', 'guest', 'stranger', 'client'];
const profiles: readonly ToolProfile[] = ['minimal', 'messaging', 'coding', 'full'];
const known = Object.values(toolGroups).flat();
const entry = fc.oneof(
  fc.constantFrom(...known, '*', 'exec', 'file_*', 'group:file', 'group:web'),
  fc.string(),
);

const somePrincipal: fc.Arbitrary<Principal> = fc.record({
  id: fc.constantFrom('a', 'b'),
  kind: fc.constantFrom('owner', 'person', 'client', 'machine'),
  scopes: fc.subarray([...scopes]),
});
const someTool: fc.Arbitrary<ToolFacts> = fc.record({
  name: fc.oneof(fc.constantFrom(...known, 'exec', 'jira_search'), fc.string()),
  risk: fc.constantFrom<Risk>('read', 'write', 'execute', 'network', 'send'),
  provenance: fc.constantFrom<Trust>('owner', 'paired', 'guest', 'stranger', 'machine').map(from),
  taint: fc.subarray([...sources]),
  policy: fc.record({
    profile: fc.constantFrom(...profiles),
    allow: fc.array(entry, { maxLength: 3 }),
    deny: fc.array(entry, { maxLength: 3 }),
    approvals: fc.constantFrom('ask', 'deny', 'allow'),
  }),
});

const width: Readonly<Record<Decision['kind'], number>> = { deny: 0, ask: 1, allow: 2 };
function widthOf(principal: Principal, tool: ToolFacts): number {
  return width[authorise(principal, 'tool.use', { kind: 'tool', ...tool }).kind];
}

describe('authority only narrows', () => {
  it('with more taint', () => {
    fc.assert(
      fc.property(somePrincipal, someTool, fc.subarray([...sources]), (who, tool, more) => {
        const tainted = { ...tool, taint: [...tool.taint, ...more] };
        expect(widthOf(who, tainted)).toBeLessThanOrEqual(widthOf(who, tool));
      }),
      { numRuns: 3000 },
    );
  });

  it('with less trust', () => {
    const ladder: readonly Trust[] = ['owner', 'paired', 'guest', 'stranger'];
    fc.assert(
      fc.property(somePrincipal, someTool, (who, tool) => {
        const widths = ladder.map((trust) => widthOf(who, { ...tool, provenance: from(trust) }));
        expect(widths).toEqual(widths.toSorted((one, other) => other - one));
      }),
      { numRuns: 3000 },
    );
  });

  it('with fewer scopes', () => {
    fc.assert(
      fc.property(somePrincipal, someTool, fc.subarray([...scopes]), (who, tool, kept) => {
        const narrowed = { ...who, scopes: who.scopes.filter((scope) => kept.includes(scope)) };
        expect(widthOf(narrowed, tool)).toBeLessThanOrEqual(widthOf(who, tool));
      }),
      { numRuns: 3000 },
    );
  });

  it('with another entry in the deny list or a smaller profile', () => {
    fc.assert(
      fc.property(somePrincipal, someTool, fc.tuple(entry, fc.nat(3)), (who, tool, [extra, at]) => {
        const denied = { ...tool.policy, deny: [...tool.policy.deny, extra] };
        expect(widthOf(who, { ...tool, policy: denied })).toBeLessThanOrEqual(widthOf(who, tool));
        const smaller = profiles[Math.min(at, profiles.indexOf(tool.policy.profile))] ?? 'minimal';
        const narrowed = { ...tool.policy, profile: smaller };
        expect(widthOf(who, { ...tool, policy: narrowed })).toBeLessThanOrEqual(widthOf(who, tool));
      }),
      { numRuns: 3000 },
    );
  });

  it('from a creator to the machine that acts for it', () => {
    fc.assert(
      fc.property(somePrincipal, someTool, (who, tool) => {
        expect(widthOf(toMachine(who), tool)).toBeLessThanOrEqual(widthOf(who, tool));
      }),
      { numRuns: 3000 },
    );
  });

  it('so that what executes never reaches a guest or a stranger', () => {
    fc.assert(
      fc.property(
        somePrincipal,
        someTool,
        fc.constantFrom<Trust>('guest', 'stranger'),
        (who, tool, trust) => {
          expect(widthOf(who, { ...tool, risk: 'execute', provenance: from(trust) })).toBe(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
