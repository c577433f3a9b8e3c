import { z } from 'zod';
import { InboundState } from '../inbound.ts';
import { RunOutcome } from '../run-event.ts';
import { Usage } from '../usage.ts';
import { defineMethod } from './method.ts';
import { SessionKey } from './shapes.ts';

/** A sub-agent: work that a call of a run gave to another session. */
export const SubagentReport = z.object({
  /** Names the sub-agent for its whole life, whichever run works on it. */
  id: z.string(),
  /** `task`: a session of its own. `message`: an answer that is waited for in a session that was there. */
  kind: z.enum(['task', 'message']),
  label: z.string(),
  agentId: z.string(),
  state: z.enum(['queued', 'running', 'completed', 'failed', 'aborted']),
  depth: z.int(),
  sessionKey: z.string(),
  runId: z.string().optional(),
  parentSessionKey: z.string(),
  parentRunId: z.string(),
  rootRunId: z.string(),
  outcome: RunOutcome.optional(),
  reply: z.string().optional(),
  usage: Usage.optional(),
  /** What became of its result in the parent's session; `cancelled`: nobody there reads it. */
  result: InboundState.optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  deadlineAt: z.iso.datetime().optional(),
  /** The name of the workers outside that it is for. */
  worker: z.string().optional(),
  /** How far such a worker is, in its own words. */
  progress: z.string().optional(),
});
export type SubagentReport = z.infer<typeof SubagentReport>;

export const subagentMethods = [
  defineMethod({
    name: 'subagents.list',
    summary:
      'The sub-agents of a session with all below them, in order of their beginning; without a session those of all, the newest first.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKey: SessionKey.optional(),
        /** Only those that have not ended. */
        open: z.boolean().default(false),
        limit: z.int().min(1).max(500).default(100),
      }),
    result: () => z.object({ subagents: z.array(SubagentReport) }),
  }),
  defineMethod({
    name: 'subagents.steer',
    summary:
      'Interrupts a sub-agent and tells it something more; it keeps its context. `steered` is false where it has ended.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        id: z.string().max(100),
        message: z.string().trim().min(1).max(50_000),
        idempotencyKey: z.string().min(1).max(200),
      }),
    result: () => z.object({ steered: z.boolean() }),
  }),
  defineMethod({
    name: 'subagents.stop',
    summary:
      'Stops a sub-agent and all that it began; who asked for it is told. `stopped` is false where it had ended.',
    scope: 'operator.write',
    since: 1,
    params: () => z.looseObject({ id: z.string().max(100) }),
    result: () => z.object({ stopped: z.boolean() }),
  }),
] as const;
