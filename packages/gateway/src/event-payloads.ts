import type { AgentEventPayload, ChatEventPayload } from '@cuttle/core-types/protocol';
import { toErrorBody, CuttleError, errorCodes, type ErrorCode } from '@cuttle/core-types/errors';
import type { RunUpdate } from '@cuttle/runtime';

/** A run's events as clients read them, live and replayed alike. */
export function toAgentPayload({
  runId,
  sessionKey,
  seq,
  event,
}: Pick<RunUpdate, 'runId' | 'sessionKey' | 'seq' | 'event'>): AgentEventPayload {
  const { type } = event;
  const data = event as unknown as AgentEventPayload['data']; // a run event is JSON by its schema
  return { runId, sessionKey, seq, stream: type.slice(0, type.indexOf('.')), data };
}

export function toChatDelta({
  runId,
  sessionKey,
  text,
}: Pick<RunUpdate, 'runId' | 'sessionKey' | 'text'>): ChatEventPayload {
  return { runId, sessionKey, state: 'delta', message: chatMessage(text()) };
}

export function toChatEnd(
  {
    runId,
    sessionKey,
    inbounds,
    text,
  }: Pick<RunUpdate, 'runId' | 'sessionKey' | 'inbounds' | 'text'>,
  { outcome }: Extract<RunUpdate['event'], { type: 'run.end' }>,
): ChatEventPayload {
  const base = { runId, sessionKey, ...(inbounds && { inbounds: [...inbounds] }) };
  switch (outcome.status) {
    case 'completed':
      return { ...base, state: 'final', message: chatMessage(text()) };
    case 'aborted':
      return { ...base, state: 'aborted', message: chatMessage(text()) };
    case 'failed': {
      const { code, message, hint, retryAfterMs } = outcome.error;
      const known = errorCodes.find((one): one is ErrorCode => one === code);
      const retryable = known ? toErrorBody(new CuttleError(known, message)).retryable : false;
      return {
        ...base,
        state: 'error',
        error: {
          code,
          message,
          retryable,
          ...(hint && { hint }),
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        },
      };
    }
  }
}

function chatMessage(text: string): NonNullable<ChatEventPayload['message']> {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}
