import type { Message } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { ClaimedRun } from '@cuttle/core-types/ports';
import * as fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import {
  answerOf,
  approvalOf,
  callOf,
  createWorld,
  resultOf,
  type Wish,
  type World,
} from '../contract/world.ts';
import { openDatabase, query } from './database.ts';
import { noReserve, openFixture } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';

vi.setConfig({ testTimeout: 60_000 });

const session = fc.constantFrom(0, 0, 0, 1);
const on = <Name extends string, More extends object>(
  name: Name,
  more: { [Key in keyof More]: fc.Arbitrary<More[Key]> },
): fc.Arbitrary<{ do: Name; session: number } & More> =>
  fc.record({ do: fc.constant(name), session, ...more }) as fc.Arbitrary<
    { do: Name; session: number } & More
  >; // the record of exactly these arbitraries

/** What a gateway may do next, in any order, sensible or not. */
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: on('say', {
      mode: fc.constantFrom('steer', 'followup', 'collect', 'interrupt'),
      sender: fc.constantFrom(0, 0, 1),
      expires: fc.boolean(),
    }),
  },
  { weight: 24, arbitrary: on('claim', {}) },
  { weight: 16, arbitrary: on('answer', { calls: fc.nat(3), gated: fc.boolean() }) },
  {
    weight: 24,
    arbitrary: on('call', { end: fc.constantFrom('done', 'failed', 'unknown', 'cancelled') }),
  },
  { weight: 16, arbitrary: on('open', {}) },
  { weight: 12, arbitrary: on('complete', { parts: fc.nat(2) }) },
  { weight: 2, arbitrary: on('fail', {}) },
  { weight: 6, arbitrary: on('bubble', {}) },
  { weight: 8, arbitrary: on('park', {}) },
  {
    weight: 12,
    arbitrary: on('decide', {
      decision: fc.constantFrom('approved', 'approved', 'denied', 'expired', 'cancelled'),
    }),
  },
  { weight: 1, arbitrary: on('abort', { queue: fc.boolean() }) },
  { weight: 1, arbitrary: on('command', { reset: fc.boolean() }) },
  { weight: 3, arbitrary: on('interrupt', {}) },
  {
    weight: 10,
    arbitrary: on('deliver', { outcome: fc.constantFrom('sent', 'retry', 'dead', 'ambiguous') }),
  },
  { weight: 4, arbitrary: on('advance', { ms: fc.nat(6_000) }) },
  { weight: 3, arbitrary: on('restart', {}) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>;

interface Play {
  readonly world: World;
  readonly sessions: Map<number, string>;
  readonly runs: Map<number, ClaimedRun>;
  readonly bubbles: Map<string, string>;
}

it('keeps every invariant, whatever is asked in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 80, maxLength: 160, size: 'max' }),
      async (steps) => {
        let path = '';
        const world = await createWorld(({ now }) =>
          openFixture((paths) => {
            ({ path } = paths);
            return openInlineStore({ ...paths, now, disk: noReserve });
          }),
        );
        const play: Play = { world, sessions: new Map(), runs: new Map(), bubbles: new Map() };
        try {
          for (const next of steps) await tolerate(() => take(play, next));
          expect(findBroken(path)).toEqual([]);
          for (const sessionId of play.sessions.values()) await expectValid(world, sessionId);
        } finally {
          await world.close();
        }
      },
    ),
    { numRuns: 15 },
  );
});

/** Refusals are an answer; anything else is a bug. */
async function tolerate(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isCuttleError(error, 'request.invalid', 'run.fence-lost', 'run.not-found', 'tool.denied'))
      throw error;
  }
}

async function take(play: Play, next: Step): Promise<unknown> {
  const { world, sessions, runs } = play;
  const { journal } = world;
  const sessionId = sessions.get(next.session) ?? 'none';
  switch (next.do) {
    case 'restart':
      return world.reopen();
    case 'advance':
      return world.advance(next.ms);
    case 'deliver':
      return deliver(world, next.outcome);
    case 'say':
      return say(play, next);
    case 'claim': {
      const run = await world.tryClaim(sessionId);
      return run && runs.set(next.session, run);
    }
    case 'interrupt': {
      const result = await journal.interruptRun({ sessionId, fence: world.newId(), closing: [] });
      return result && runs.set(next.session, result.run);
    }
    case 'abort':
      return journal.abortRun({
        sessionId,
        by: 'user',
        partial: answerOf('half'),
        cancelQueued: next.queue,
        closing: [],
      });
    case 'command':
      return command(world, next);
    case 'answer':
    case 'call':
    case 'open':
    case 'complete':
    case 'fail':
    case 'bubble':
    case 'park':
    case 'decide': {
      const run = runs.get(next.session);
      return run && workOn(world, run, next);
    }
  }
}

async function command(world: World, next: StepOf<'command'>): Promise<unknown> {
  const { inboundId } = await world.say({
    session: `s${next.session}`,
    verdict: { kind: 'control' },
  });
  return world.journal.settleCommand({
    inboundId,
    reply: 'ok',
    outbound: [],
    stop: { closing: [] },
    reset: next.reset,
  });
}

async function say({ world, sessions }: Play, next: StepOf<'say'>): Promise<void> {
  const wish: Wish = {
    session: `s${next.session}`,
    place: `chat-${next.session}`,
    mode: next.mode,
    principal: `person-${next.sender}`,
    ...(next.expires && { expiresAt: world.now() + 5_000 }),
  };
  sessions.set(next.session, (await world.say(wish)).sessionId);
}

/** What the owner of a run does with it. */
async function workOn(
  world: World,
  run: ClaimedRun,
  next: StepOf<'answer' | 'call' | 'open' | 'complete' | 'fail' | 'bubble' | 'park' | 'decide'>,
): Promise<unknown> {
  const { journal, reader } = world;
  const { runId, fence } = run;
  const stored = await reader.findRun(runId);
  const last = stored?.steps.at(-1);
  const n = last?.step ?? 1;
  const conversation = world.place(run.conversationKey);
  const final = (part: number): ReturnType<World['draft']> =>
    world.draft({ conversation, origin: `${runId}:final`, part });
  switch (next.do) {
    case 'answer': {
      const calls = Array.from({ length: next.calls }, (_, index) =>
        callOf(index, {
          gated: next.gated && index === 0,
          effect: index === 1 ? 'opaque' : 'pure',
        }),
      );
      return journal.recordStep(world.record(run, n, { calls }));
    }
    case 'call': {
      const call = last?.calls.find(({ state }) => state === 'planned' || state === 'started');
      if (!call) return undefined;
      const { index, callId, approvalId } = call;
      await tolerate(() =>
        journal.startCalls({ runId, fence, step: n, calls: [{ index, deadline: 1, approvalId }] }),
      );
      const end = { runId, fence, step: n, index, state: next.end, taint: [], outbound: [] };
      return journal.finishCall({ ...end, result: resultOf(callId) });
    }
    case 'open':
      return journal.openStep({ runId, fence, step: n + 1 });
    case 'complete': {
      const open = last?.state === 'open' ? world.record(run, n) : undefined;
      const outbound = Array.from({ length: next.parts }, (_, part) => final(part));
      return journal.completeRun({ runId, fence, last: open, finish: 'stop', outbound });
    }
    case 'fail': {
      const error = { code: 'x', message: 'y' };
      return journal.failRun({ runId, fence, error, notice: [final(0)] });
    }
    case 'bubble':
      return journal.openBubble({ runId, fence, draft: { ...final(0), kind: 'open' } });
    case 'park': {
      const gated = last?.calls.find((call) => call.gated && call.state === 'planned');
      const ref = `ap:${runId}:${n}`;
      const approvals = gated
        ? [approvalOf(ref, callOf(gated.index), { step: n, expiresAt: world.now() + 10_000 })]
        : [];
      const kind = gated ? 'approval' : 'backoff';
      return journal.parkRun({
        runId,
        fence,
        reason: { kind, ref },
        resumeAt: world.now() + 9_000,
        approvals,
      });
    }
    case 'decide': {
      const { decision } = next;
      return journal.decideApproval({
        approvalId: `ap:${runId}:${n}`,
        decision,
        by: 'o',
        outbound: [],
      });
    }
  }
}

async function deliver(world: World, outcome: StepOf<'deliver'>['outcome']): Promise<void> {
  const { conversations } = await world.reader.findWork();
  for (const conversationId of conversations) {
    const claim = await world.claimDelivery(conversationId);
    if (claim.kind === 'ambiguous') {
      const { outboundId } = claim.delivery;
      const to = outcome === 'sent' ? 'resend' : 'unconfirmed';
      await world.journal.resolveDelivery({
        outboundId,
        fence: world.newId(),
        to,
        deadlineMs: 1_000,
      });
    }
    if (claim.kind !== 'send') continue;
    const { outboundId, fence } = claim.delivery;
    const outcomes = {
      sent: { kind: 'sent', receipt: { messageId: outboundId } },
      retry: { kind: 'retry', notBefore: world.now() + 100, reason: 'x' },
      dead: { kind: 'dead', reason: 'x', rest: true },
      ambiguous: { kind: 'ambiguous' },
    } as const;
    await world.journal.settleDelivery({ outboundId, fence, outcome: outcomes[outcome] });
  }
}

/** What no table can say about itself: each of these finds nothing. */
const broken: Readonly<Record<string, string>> = {
  'a foreign key': 'PRAGMA foreign_key_check',
  'a gap in the events': `SELECT session_id FROM event GROUP BY session_id HAVING max(seq) <> count(*) OR min(seq) <> 1`,
  'a gap in the transcript': `SELECT session_id FROM entry GROUP BY session_id HAVING max(seq) <> count(*) OR min(seq) <> 1`,
  'a gap in the queue': `SELECT session_id FROM inbound GROUP BY session_id HAVING max(seq) <> count(*) OR min(seq) <> 1`,
  'a gap in a lane': `SELECT conversation_id FROM outbound GROUP BY conversation_id HAVING max(seq) <> count(*) OR min(seq) <> 1`,
  'a wrong count of a session': `SELECT id FROM session WHERE queued <> (SELECT count(*) FROM inbound WHERE session_id = session.id AND state = 'queued' AND control = 0)`,
  'a wrong count of all': `SELECT 1 FROM store WHERE queued <> (SELECT count(*) FROM inbound WHERE state = 'queued' AND control = 0)`,
  'an ended run without its one end': `SELECT id FROM run WHERE (ended_at IS NOT NULL) <> (SELECT count(*) FROM event WHERE run_id = run.id AND kind = 'run.end')`,
  'an inbound bound to an ended run': `SELECT inbound.id FROM inbound JOIN run ON run.id = inbound.run_id WHERE inbound.state = 'bound' AND run.ended_at IS NOT NULL`,
  'an answered inbound of a run that did not complete': `SELECT inbound.id FROM inbound JOIN run ON run.id = inbound.run_id WHERE inbound.state = 'answered' AND run.state <> 'completed'`,
  'an open step of an ended run': `SELECT run_id FROM step JOIN run ON run.id = step.run_id WHERE step.state = 'open' AND run.ended_at IS NOT NULL`,
  'an open call of an ended run': `SELECT call.id FROM call JOIN run ON run.id = call.run_id WHERE call.state IN ('planned', 'started') AND run.ended_at IS NOT NULL`,
  'an open call below a later step': `SELECT call.id FROM call JOIN step ON step.run_id = call.run_id AND step.n > call.n WHERE call.state IN ('planned', 'started')`,
  'a living approval of an ended run': `SELECT approval.id FROM approval JOIN run ON run.id = approval.run_id WHERE approval.state IN ('pending', 'approved') AND run.ended_at IS NOT NULL`,
  'a started call without its consumed approval': `SELECT call.id FROM call LEFT JOIN approval ON approval.id = call.approval_id WHERE call.gated = 1 AND call.started_at IS NOT NULL AND approval.state IS NOT 'consumed'`,
  'a bound input that is not in the transcript': `SELECT id FROM inbound WHERE run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry WHERE inbound_id = inbound.id)`,
  'a boundary that does not end before the answer': `SELECT entry.row FROM entry JOIN step ON step.run_id = entry.run_id AND step.n = entry.n WHERE entry.kind = 'answer' AND entry.seq <> step.upto_seq + 1`,
  'a visible bubble of an ended run that nothing closes': `SELECT bubble.id FROM outbound AS bubble JOIN run ON run.id = bubble.run_id WHERE run.ended_at IS NOT NULL AND bubble.state = 'sent' AND NOT EXISTS (SELECT 1 FROM outbound AS closing WHERE closing.target_id = bubble.id)`,
};

function findBroken(path: string): string[] {
  const db = openDatabase(path, { readOnly: true });
  const names = Object.keys(broken).filter(
    (name) => db.list(query<object>(broken[name] ?? '')).length > 0,
  );
  db.close();
  return names;
}

/** Every call in the transcript of ended runs is answered by the next message, in its order. */
async function expectValid(world: World, sessionId: string): Promise<void> {
  const { entries, activeRunId } = await world.reader.readHistory({ sessionId, limit: 1_000 });
  const ended = entries.filter(({ runId }) => runId !== activeRunId);
  const messages = ended.flatMap((entry): readonly Message[] => entry.messages);
  messages.forEach((message, index) => {
    const calls = message.parts.flatMap((part) => (part.type === 'tool-call' ? part.callId : []));
    if (message.role !== 'assistant' || calls.length === 0) return;
    const results = messages[index + 1]?.parts ?? [];
    expect(results.map((part) => part.type === 'tool-result' && part.callId)).toEqual(calls);
  });
  const events = await world.reader.readEvents({ sessionId, after: 0, limit: 1_000 });
  const shown = events.filter(({ kind }) => kind === 'tool.call').length;
  const closed = events.filter(({ kind }) => kind === 'tool.result').length;
  expect(closed).toBeLessThanOrEqual(shown);
}
