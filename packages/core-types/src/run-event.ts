import { z } from 'zod';
import { Json } from './json.ts';
import { AssistantMessage, ToolResultPart } from './message.ts';
import { Usage } from './usage.ts';

export const RunError = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  retryAfterMs: z.int().optional(),
});
export type RunError = z.infer<typeof RunError>;

/** How a run ended. `tool-calls`: the answer holds calls of tools that the client runs itself. */
export const RunOutcome = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('completed'),
    finish: z.enum(['stop', 'length', 'tool-calls', 'filtered']).default('stop'),
  }),
  z.object({
    status: z.literal('aborted'),
    by: z.enum(['user', 'operator', 'timeout', 'shutdown', 'interrupt', 'disconnect']),
  }),
  z.object({ status: z.literal('failed'), error: RunError }),
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

/** Why a run waits without holding anything. `ref` names the row it waits for. */
export const ParkReason = z.object({
  kind: z.enum(['approval', 'backoff', 'child']),
  ref: z.string(),
  untilMs: z.int().optional(),
});
export type ParkReason = z.infer<typeof ParkReason>;

/**
 * What a run says while it works. Contract:
 * - first is `run.start`, last is `run.end` or `run.park`; `run.end` comes once in the life of a run;
 * - a block is `start delta* end`; its id is `<step>.<n>`; `text.reset` drops every block of its step;
 * - every `tool.call` is answered by one `tool.result` with the same step and index;
 * - a step's usage comes with its `step.end`; behind it `usage.update` says what the run has used so far, over restarts too, where
 *   somebody hears of it. It is no row and is not told again to who comes later;
 * - an event holds no reference to mutable state: rebuild a view by folding events (`reduceRun`).
 */
export const RunEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run.start'), model: z.string() }),
  z.object({ type: z.literal('step.start'), step: z.int(), attempt: z.int() }),
  z.object({ type: z.literal('text.start'), blockId: z.string() }),
  z.object({ type: z.literal('text.delta'), blockId: z.string(), text: z.string() }),
  z.object({ type: z.literal('text.end'), blockId: z.string() }),
  z.object({ type: z.literal('text.reset'), blockId: z.string(), step: z.int(), attempt: z.int() }),
  z.object({ type: z.literal('thinking.start'), blockId: z.string() }),
  z.object({ type: z.literal('thinking.delta'), blockId: z.string(), text: z.string() }),
  z.object({ type: z.literal('thinking.end'), blockId: z.string() }),
  z.object({
    type: z.literal('step.end'),
    step: z.int(),
    message: AssistantMessage,
    finish: z.enum(['stop', 'length', 'tool-calls', 'filtered']),
    usage: Usage,
    model: z.string(),
  }),
  z.object({
    type: z.literal('tool.call'),
    step: z.int(),
    index: z.int(),
    callId: z.string(),
    name: z.string(),
    input: Json,
  }),
  z.object({
    type: z.literal('tool.progress'),
    step: z.int(),
    index: z.int(),
    callId: z.string(),
    text: z.string(),
  }),
  z.object({
    type: z.literal('tool.result'),
    step: z.int(),
    index: z.int(),
    callId: z.string(),
    name: z.string(),
    state: z.enum(['done', 'failed', 'unknown', 'cancelled']),
    result: ToolResultPart,
  }),
  z.object({ type: z.literal('usage.update'), usage: Usage }),
  z.object({ type: z.literal('compaction.start') }),
  z.object({ type: z.literal('compaction.end'), uptoSeq: z.int() }),
  z.object({
    type: z.literal('approval.request'),
    approvalId: z.string(),
    step: z.int(),
    index: z.int(),
    name: z.string(),
    input: Json,
  }),
  z.object({
    type: z.literal('approval.resolve'),
    approvalId: z.string(),
    decision: z.enum(['approved', 'denied', 'expired', 'cancelled']),
  }),
  z.object({ type: z.literal('run.park'), reason: ParkReason }),
  z.object({ type: z.literal('run.end'), outcome: RunOutcome }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;
