import { describe, expect, it } from 'vitest';
import { type AgentBinding, bindAgents, type BindingPlace } from './agent-binding.ts';

const dm: BindingPlace = {
  channel: 'telegram',
  account: 'main',
  chat: { id: '42', kind: 'dm' },
};
const topic: BindingPlace = {
  channel: 'telegram',
  account: 'main',
  chat: { id: '-100', kind: 'group', threadId: '7' },
};
const to = (agentId: string, match: AgentBinding['match']): AgentBinding => ({
  agentIds: [agentId],
  match,
});

const all = [
  to('any', {}),
  to('by-channel', { channel: 'telegram' }),
  to('by-account', { channel: 'telegram', account: 'main' }),
  to('by-peer', { channel: 'telegram', account: 'main', peer: '42' }),
  to('by-group', { channel: 'telegram', account: 'main', group: '-100' }),
  to('by-thread', { channel: 'telegram', account: 'main', group: '-100', thread: '7' }),
];
const without = (...ids: readonly string[]): readonly AgentBinding[] =>
  all.filter(({ agentIds }) => !agentIds.some((id) => ids.includes(id)));

describe('the agent of a place', () => {
  it.each<[string, readonly AgentBinding[], BindingPlace, string | undefined]>([
    ['nothing without bindings', [], dm, undefined],
    ['the thread first', all, topic, 'by-thread'],
    ['then the group', without('by-thread'), topic, 'by-group'],
    ['then the account', without('by-thread', 'by-group'), topic, 'by-account'],
    ['then the channel', without('by-thread', 'by-group', 'by-account'), topic, 'by-channel'],
    ['then whatever matches anything', [to('any', {})], topic, 'any'],
    ['the person in private', all, dm, 'by-peer'],
    [
      'the account for another person',
      all,
      { ...dm, chat: { id: '43', kind: 'dm' } },
      'by-account',
    ],
    ['the channel for another account', all, { ...dm, account: 'work' }, 'by-channel'],
    ['any for another platform', all, { ...dm, channel: 'slack' }, 'any'],
    ['no person by the id of a group', [to('x', { peer: '-100' })], topic, undefined],
    ['no group by the id of a person', [to('x', { group: '42' })], dm, undefined],
    [
      'a thread before all that is above it',
      [...without('by-thread'), to('t', { thread: '7' })],
      topic,
      't',
    ],
    ['the first of equal ones', [to('one', { peer: '42' }), to('two', { peer: '42' })], dm, 'one'],
  ])('is %s', (_what, bindings, place, agentId) => {
    expect(bindAgents(bindings, place)?.[0]).toBe(agentId);
    expect(bindAgents([...bindings], place)?.[0]).toBe(agentId);
  });

  it('is each of several in a group, once and in their order, and the first in private', () => {
    const several = [{ agentIds: ['b', 'a', 'b'], match: {} }];
    expect(bindAgents(several, topic)).toEqual(['b', 'a']);
    expect(bindAgents(several, dm)).toEqual(['b']);
    expect(bindAgents([], topic)).toBeUndefined();
  });

  it('does not depend on the order of bindings that differ', () => {
    expect(bindAgents(all.toReversed(), topic)).toEqual(['by-thread']);
    expect(bindAgents(all.toReversed(), dm)).toEqual(['by-peer']);
  });
});
