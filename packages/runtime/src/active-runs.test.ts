import { Cancelled } from '@cuttle/core-types/errors';
import type { ClaimedRun } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { type ActiveRun, createActiveRuns } from './active-runs.ts';

const claimedAs = (runId: string): ClaimedRun => ({
  runId,
  sessionId: 'session-1',
  sessionKey: 'agent:main:main',
  agentId: 'main',
  generation: 1,
  model: undefined,
  fence: 'fence-1',
  attempt: 1,
  stalls: 0,
  resumed: false,
  principal: { id: 'owner', kind: 'owner', scopes: [] },
  provenance: { door: 'chat', accountId: 'chat', trust: 'owner' },
  taint: [],
  route: { kind: 'pull', door: 'chat', stateless: false },
  conversationId: undefined,
  conversationKey: undefined,
  createdAt: 0,
  inputs: [],
  open: undefined,
  events: [],
  persona: undefined,
  thinking: undefined,
  orders: [],
  contextScale: undefined,
  subagent: undefined,
});

const runOf = (runId: string): ActiveRun => ({
  runId,
  claimed: claimedAs(runId),
  sessionId: 'session-1',
  createdAt: 0,
  controller: new AbortController(),
  partial: () => undefined,
  cut: async () => undefined,
  bubble: () => undefined,
  hasDraft: () => false,
  text: () => '',
  open: () => undefined,
  route: { kind: 'pull', door: 'chat', stateless: false },
  conversation: undefined,
  taint: () => [],
  hold: () => ({ [Symbol.dispose]: () => {} }),
  nextSeq: () => 1,
});

it('signals a run that was being claimed while everything was told to end', () => {
  const runs = createActiveRuns();
  const known = runOf('known');
  runs.add(known);
  runs.signalAll('shutdown');
  const late = runOf('late');
  runs.add(late);
  for (const { controller } of [known, late])
    expect(controller.signal.reason).toEqual(new Cancelled('shutdown'));
});

it('signals the one run that is named', () => {
  const runs = createActiveRuns();
  const [one, other] = [runOf('one'), runOf('other')];
  runs.add(one);
  runs.add(other);
  runs.signal('one', 'user');
  expect(one.controller.signal.aborted).toBe(true);
  expect(other.controller.signal.aborted).toBe(false);
  expect(runs.find('session-1')).toBe(other);
});
