import type { Clock } from '@cuttle/core-types/ports';
import type { SessionEventPayload } from '@cuttle/core-types/protocol';
import type { RunHub, RunUpdate, SessionUpdate } from '@cuttle/runtime';
import { encodeCursor } from './cursor.ts';
import { toAgentPayload, toChatDelta, toChatEnd } from './event-payloads.ts';
import { createFollowers, type Followers } from './followers.ts';

/** Carries live events from the runtime to those who follow their session. One subscription of the hub, whatever the number of sockets. */
export interface FanOut extends Pick<Followers, 'follow' | 'followAll' | 'unfollow' | 'catchUp'> {
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
  const followers = createFollowers();
  const { watchRun, tellWatchers } = createWatchers();
  const isDeltaDue = createSpacing(clock);
  const cursorOf = ({
    sessionId,
    eventSeq,
  }: Pick<RunUpdate, 'sessionId' | 'eventSeq'>): { cursor?: string } =>
    eventSeq === undefined ? {} : { cursor: encodeCursor({ epoch, sessionId, seq: eventSeq }) };

  const onRun = (update: RunUpdate): void => {
    tellWatchers(update);
    const { sessionKey, runId, event, eventSeq } = update;
    if (!followers.hear(sessionKey)) return;
    const order = { eventSeq, passing: true };
    const cursor = cursorOf(update);
    followers.send(
      sessionKey,
      { event: 'agent', payload: { ...toAgentPayload(update), ...cursor } },
      order,
    );
    if (event.type === 'text.delta' && isDeltaDue(runId))
      followers.send(sessionKey, { event: 'chat', payload: toChatDelta(update) }, order);
    if (event.type !== 'run.end') return;
    isDeltaDue.forget(runId);
    const end = { ...toChatEnd(update, event), ...cursor };
    followers.send(sessionKey, { event: 'chat', payload: end }, order);
  };
  const onSession = (update: SessionUpdate): void => {
    const { sessionKey, kind, inboundId, subagentId, text, eventSeq } = update;
    if (!followers.hear(sessionKey)) return;
    const payload: SessionEventPayload = {
      sessionKey,
      kind,
      ...(inboundId && { inboundId }),
      ...(subagentId && { subagentId }),
      ...(text !== undefined && { text }),
      ...cursorOf(update),
    };
    followers.send(sessionKey, { event: 'session', payload }, { eventSeq, passing: false });
  };
  const { hear: hears } = followers;
  const stop = hub.subscribe({ run: onRun, session: onSession, hears });
  const { follow, followAll, unfollow, catchUp } = followers;
  return { follow, followAll, unfollow, catchUp, watchRun, stop };
}

interface Watchers {
  readonly watchRun: FanOut['watchRun'];
  tellWatchers(update: RunUpdate): void;
}

function createWatchers(): Watchers {
  const watchers = new Map<string, Set<(update: RunUpdate) => void>>();
  return {
    watchRun(runId, listener) {
      watchers.set(runId, (watchers.get(runId) ?? new Set()).add(listener));
      return () => {
        const others = watchers.get(runId);
        others?.delete(listener);
        if (others?.size === 0) watchers.delete(runId);
      };
    },
    tellWatchers(update) {
      for (const watch of watchers.get(update.runId) ?? []) watch(update);
    },
  };
}

/** Whether a run's next `chat` delta is due; counted where it is. */
function createSpacing(clock: Clock): ((runId: string) => boolean) & {
  forget(runId: string): void;
} {
  const last = new Map<string, number>();
  const isDue = (runId: string): boolean => {
    const now = clock.monotonic();
    if (now - (last.get(runId) ?? -Infinity) < deltaEveryMs) return false;
    last.set(runId, now);
    return true;
  };
  return Object.assign(isDue, { forget: (runId: string) => void last.delete(runId) });
}
