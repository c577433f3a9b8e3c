import type { Clock } from '@cuttle/core-types/ports';
import type {
  AgentEventPayload,
  ChatEventPayload,
  SessionEventPayload,
} from '@cuttle/core-types/protocol';
import { toErrorBody, CuttleError, errorCodes, type ErrorCode } from '@cuttle/core-types/errors';
import type { RunHub, RunUpdate, SessionUpdate } from '@cuttle/runtime';
import { encodeCursor } from './cursor.ts';

/** Whoever hears of sessions: a socket. `send` gets the payload as JSON text, made once for all. */
export interface Subscriber {
  send(event: string, payloadJson: string): void;
}

/** Carries live events from the runtime to those who follow their session. One subscription of the hub, whatever the number of sockets. */
export interface FanOut {
  follow(subscriber: Subscriber, sessionKey: string): void;
  followAll(subscriber: Subscriber, all: boolean): void;
  unfollow(subscriber: Subscriber, sessionKey?: string): void;
  /** Events of one run, for a request that waits for it. */
  watchRun(runId: string, listener: (update: RunUpdate) => void): () => void;
  stop(): void;
}

/** `chat` deltas carry the whole text, so they are spaced. */
const deltaEveryMs = 150;

export function createFanOut({
  hub,
  clock,
  epoch,
}: {
  hub: RunHub;
  clock: Clock;
  epoch: string;
}): FanOut {
  const bySession = new Map<string, Set<Subscriber>>();
  const everything = new Set<Subscriber>();
  const watchers = new Map<string, Set<(update: RunUpdate) => void>>();
  const lastDelta = new Map<string, number>();

  const send = (sessionKey: string, event: string, payload: unknown): void => {
    const followers = bySession.get(sessionKey);
    if (!followers && everything.size === 0) return;
    const json = JSON.stringify(payload);
    for (const subscriber of followers ?? []) subscriber.send(event, json);
    for (const subscriber of everything)
      if (!followers?.has(subscriber)) subscriber.send(event, json);
  };
  const hasFollowers = (sessionKey: string): boolean =>
    everything.size > 0 || bySession.has(sessionKey);
  const cursorOf = ({
    sessionId,
    eventSeq,
  }: {
    sessionId: string;
    eventSeq: number | undefined;
  }): { cursor?: string } =>
    eventSeq === undefined ? {} : { cursor: encodeCursor({ epoch, sessionId, seq: eventSeq }) };

  const onRun = (update: RunUpdate): void => {
    for (const watch of watchers.get(update.runId) ?? []) watch(update);
    const { sessionKey, runId, event } = update;
    if (!hasFollowers(sessionKey)) return;
    send(sessionKey, 'agent', { ...toAgentPayload(update), ...cursorOf(update) });
    if (event.type === 'text.delta') {
      const now = clock.monotonic();
      if (now - (lastDelta.get(runId) ?? -Infinity) < deltaEveryMs) return;
      lastDelta.set(runId, now);
      send(sessionKey, 'chat', {
        runId,
        sessionKey,
        state: 'delta',
        message: chatMessage(update.text()),
      } satisfies ChatEventPayload);
    }
    if (event.type === 'run.end') {
      lastDelta.delete(runId);
      send(sessionKey, 'chat', { ...toChatEnd(update, event), ...cursorOf(update) });
    }
  };
  const onSession = (update: SessionUpdate): void => {
    const { sessionKey, kind, inboundId, text } = update;
    if (!hasFollowers(sessionKey)) return;
    const payload: SessionEventPayload = {
      sessionKey,
      kind,
      ...(inboundId && { inboundId }),
      ...(text !== undefined && { text }),
      ...cursorOf(update),
    };
    send(sessionKey, 'session', payload);
  };
  const unsubscribe = hub.subscribe({ run: onRun, session: onSession });

  const drop = (subscriber: Subscriber, sessionKey: string): void => {
    const followers = bySession.get(sessionKey);
    followers?.delete(subscriber);
    if (followers?.size === 0) bySession.delete(sessionKey);
  };
  return {
    follow(subscriber, sessionKey) {
      bySession.set(sessionKey, (bySession.get(sessionKey) ?? new Set()).add(subscriber));
    },
    followAll(subscriber, all) {
      if (all) everything.add(subscriber);
      else everything.delete(subscriber);
    },
    unfollow(subscriber, sessionKey) {
      if (sessionKey !== undefined) return drop(subscriber, sessionKey);
      everything.delete(subscriber);
      for (const key of bySession.keys()) drop(subscriber, key);
    },
    watchRun(runId, listener) {
      watchers.set(runId, (watchers.get(runId) ?? new Set()).add(listener));
      return () => {
        const others = watchers.get(runId);
        others?.delete(listener);
        if (others?.size === 0) watchers.delete(runId);
      };
    },
    stop: () => unsubscribe(),
  };
}

export function toAgentPayload({
  runId,
  sessionKey,
  seq,
  event,
}: Pick<RunUpdate, 'runId' | 'sessionKey' | 'seq' | 'event'>): AgentEventPayload {
  const { type } = event;
  // A run event is JSON by its schema.
  return {
    runId,
    sessionKey,
    seq,
    stream: type.slice(0, type.indexOf('.')),
    data: event as unknown as AgentEventPayload['data'],
  };
}

export function chatMessage(text: string): NonNullable<ChatEventPayload['message']> {
  return { role: 'assistant', content: [{ type: 'text', text }] };
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
