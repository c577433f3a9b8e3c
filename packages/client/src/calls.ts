import type { MethodName, ResponseFrame } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import { isObject, requestText, toClientError } from './frame.ts';

export interface Call {
  readonly id: string;
  readonly method: MethodName;
  readonly text: string;
  /** Whether it may be sent once more after a drop without doing anything twice. */
  readonly repeatable: boolean;
}
interface Waiting extends Call {
  sent: boolean;
  resolve(payload: unknown): void;
  reject(error: unknown): void;
}

/** The requests that have no answer yet. */
export interface Calls {
  /** Resolves with the payload of the answer. An abort of `signal` rejects at once; what the gateway does with the request is then unknown. */
  add(method: MethodName, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** Sends what was not sent on the present connection. */
  sendAll(): void;
  /** A gateway that stops has not taken what it refuses for that: like a call whose connection is lost, it waits for the next one. */
  settle(frame: ResponseFrame): void;
  /** The connection is gone: what can be repeated waits for the next one, the rest is rejected with `error`. */
  drop(error: CuttleError): void;
  rejectAll(error: unknown): void;
}

/** More than this many unanswered requests is a caller that lost control. */
const maxCalls = 1000;

// Reads: a second one changes nothing. Calls with an idempotency key are repeatable by that key.
const reads: ReadonlySet<MethodName> = new Set<MethodName>([
  'agent.wait',
  'channels.probe',
  'channels.status',
  'chat.history',
  'commands.list',
  'config.get',
  'config.schema',
  'events.subscribe',
  'exec.approvals.list',
  'health',
  'logs.tail',
  'memory.get',
  'memory.list',
  'memory.search',
  'memory.status',
  'messages.failed',
  'messages.fate',
  'models.list',
  'pairing.allowed',
  'pairing.list',
  'protocol.describe',
  'providers.status',
  'sessions.get',
  'sessions.list',
  'sessions.search',
  'status',
  'subagents.list',
  'tools.catalog',
  'usage.status',
]);

/** `send` gives the text to the present connection and answers false where there is none. */
export function createCalls(send: (call: Call) => boolean): Calls {
  const waiting = new Map<string, Waiting>();
  let count = 0;

  const push = (call: Waiting): void => {
    try {
      call.sent = send(call);
    } catch (error) {
      call.reject(error);
    }
  };
  const enqueue = async (
    call: Waiting,
    promise: Promise<unknown>,
    signal: AbortSignal,
  ): Promise<unknown> => {
    const abort = (): void => call.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    waiting.set(call.id, call);
    try {
      push(call);
      return await promise;
    } finally {
      waiting.delete(call.id);
      signal.removeEventListener('abort', abort);
    }
  };
  return {
    async add(method, params, signal) {
      signal.throwIfAborted();
      if (waiting.size >= maxCalls)
        throw new CuttleError('gateway.busy', `${maxCalls} requests wait for an answer.`);
      count += 1;
      const id = String(count);
      const text = requestText(id, method, params);
      const repeatable = isRepeatable(method, params);
      const { promise, ...settle } = Promise.withResolvers<unknown>();
      return enqueue({ id, method, text, repeatable, sent: false, ...settle }, promise, signal);
    },
    sendAll() {
      for (const call of waiting.values()) if (!call.sent) push(call);
    },
    settle(frame) {
      const call = waiting.get(frame.id);
      if (frame.ok) return call?.resolve(frame.payload);
      if (call?.repeatable && frame.error.code === 'gateway.draining') return;
      call?.reject(toClientError(frame.error));
    },
    drop(error) {
      for (const call of waiting.values()) {
        call.sent = false;
        if (!call.repeatable) call.reject(error);
      }
    },
    rejectAll(error) {
      for (const call of waiting.values()) call.reject(error);
    },
  };
}

export function isRepeatable(method: MethodName, params: unknown): boolean {
  return reads.has(method) || (isObject(params) && typeof params['idempotencyKey'] === 'string');
}
