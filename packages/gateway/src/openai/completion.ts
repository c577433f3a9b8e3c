import type { RunOutcome, ToolCallPart, Usage } from '@cuttle/core-types';
import { CuttleError, errorCodes, type ErrorCode } from '@cuttle/core-types/errors';
import type { InboundFate } from '@cuttle/runtime';

export type WireFinish = 'stop' | 'length' | 'tool_calls' | 'content_filter';
const finishes = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  filtered: 'content_filter',
} as const;

/** Throws what went wrong, for a message that was not answered. */
export function finishOf({
  outcome,
  state,
  text,
  reason,
}: Pick<InboundFate, 'outcome' | 'state' | 'text' | 'reason'>): WireFinish {
  if (outcome?.status === 'completed') return finishes[outcome.finish];
  if (state === 'answered') return 'stop';
  throw failureOf(outcome, reason ?? text);
}

function failureOf(outcome: RunOutcome | undefined, reason: string): CuttleError {
  if (outcome?.status !== 'failed')
    return new CuttleError('run.aborted', `This message was stopped (${reason}).`);
  const { code, message, hint, retryAfterMs } = outcome.error;
  const known = errorCodes.find((one): one is ErrorCode => one === code) ?? 'internal';
  return new CuttleError(known, message, {
    ...(hint !== undefined && { hint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

export function toWireUsage({
  inputTokens,
  outputTokens,
  cacheReadTokens,
  reasoningTokens,
}: Usage): Readonly<Record<string, unknown>> {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cacheReadTokens !== undefined && {
      prompt_tokens_details: { cached_tokens: cacheReadTokens },
    }),
    ...(reasoningTokens !== undefined && {
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    }),
  };
}

/** A call of a tool that the client runs itself. */
export interface WireCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export function toWireCalls(calls: readonly ToolCallPart[]): WireCall[] {
  return calls.map(({ callId, name, input }) => ({
    id: callId,
    type: 'function',
    function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input) },
  }));
}

/** The whole answer: https://platform.openai.com/docs/api-reference/chat/object */
export function toCompletion(
  fate: InboundFate,
  { id, model, createdSeconds }: { id: string; model: string; createdSeconds: number },
): Readonly<Record<string, unknown>> {
  const finish = finishOf(fate);
  const calls = toWireCalls(fate.clientCalls);
  return {
    id,
    object: 'chat.completion',
    created: createdSeconds,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: fate.text === '' && calls.length > 0 ? null : fate.text,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finish,
      },
    ],
    usage: toWireUsage(fate.usage),
  };
}
