import type { RunEvent } from '@cuttle/core-types';
import type {
  AgentEventPayload,
  ChatEventPayload,
  EventFrame,
  SessionEventPayload,
} from '@cuttle/core-types/protocol';
import { callSafely } from './observable.ts';
import { isObject } from './frame.ts';

/** An `agent` event: one event of a run, with where it belongs. */
export interface AgentEvent extends Omit<AgentEventPayload, 'data'> {
  readonly data: RunEvent;
}

/**
 * What can be listened to. `reload` is the client's own: the gateway no longer has the events since the last one of this session,
 * so what was shown of it must be loaded anew (`follow` does that by itself). `gap`: frames of this connection were lost.
 */
export interface ClientEvents {
  readonly agent: AgentEvent;
  readonly chat: ChatEventPayload;
  readonly session: SessionEventPayload;
  readonly health: unknown;
  readonly 'config.changed': unknown;
  readonly 'pairing.changed': unknown;
  readonly 'channels.changed': unknown;
  readonly shutdown: unknown;
  readonly tick: unknown;
  readonly reload: { readonly sessionKey: string };
  readonly gap: { readonly seq: number };
}
export type EventName = keyof ClientEvents;

export interface Events {
  on<Name extends EventName>(
    event: Name,
    listener: (payload: ClientEvents[Name]) => void,
  ): () => void;
  emit<Name extends EventName>(event: Name, payload: ClientEvents[Name]): void;
  /** An event of the gateway. One of a kind or a shape that this build does not know is left aside. */
  emitFrame(frame: EventFrame): void;
}

export function createEvents(report: (error: unknown) => void): Events {
  // One list for all kinds: `on` and `emit` pair a name with its payload, which a map cannot express.
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const emit = (event: EventName, payload: unknown): void => {
    for (const listener of listeners.get(event) ?? [])
      callSafely(() => listener(payload as never), report); // `on` put it under this very name
  };
  return {
    on(event, listener) {
      const own = (payload: ClientEvents[typeof event]): void => listener(payload);
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(own));
      return () => {
        known.delete(own);
      };
    },
    emit,
    emitFrame({ event, payload }) {
      if (!isEventName(event) || !fits(event, payload)) return;
      emit(event, payload);
    },
  };
}

const ofSession: ReadonlySet<string> = new Set(['agent', 'chat', 'session']);
const plain: ReadonlySet<string> = new Set([
  'health',
  'config.changed',
  'pairing.changed',
  'channels.changed',
  'shutdown',
  'tick',
]);

function isEventName(event: string): event is EventName {
  return ofSession.has(event) || plain.has(event);
}

function fits(event: EventName, payload: unknown): boolean {
  if (!ofSession.has(event)) return true;
  if (!isObject(payload) || typeof payload['sessionKey'] !== 'string') return false;
  if (event === 'session') return true;
  if (typeof payload['runId'] !== 'string') return false;
  return (
    event === 'chat' || (isObject(payload['data']) && typeof payload['data']['type'] === 'string')
  );
}
