import type { Clock } from '@cuttle/core-types/ports';
import { type CuttleError, isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import { backoffMs } from './backoff.ts';
import type { Client } from './client.ts';
import { createSeen, type Heard, withoutRepeats } from './repeats.ts';
import type { HistoryPage } from './session-fold.ts';

/** What becomes of a session's events. */
export interface SessionSink {
  load(page: HistoryPage): void;
  apply(heard: Heard): void;
  /** Everything up to now was applied; with `events`, durable events were among it, in an order that may be mixed. */
  live(brought: 'events' | 'nothing'): void;
  /** The gateway has no events since the last one: a load follows. */
  expired(): void;
  fail(error: CuttleError): void;
}

/** Brings a sink up to now, by loading or by resuming, and keeps it there: each event once, in order. */
export interface SessionSync {
  hear(heard: Heard): void;
  /** Goes on from the last event. Call it on each new connection and after a gap. */
  resume(): void;
  reload(): void;
  /** Rises with each resume and reload. */
  readonly turn: number;
  /** Whether events wait for the answer of a resume. */
  isHolding(): boolean;
}

/** Events that wait for the answer of `events.resume`; past this many, loading anew is cheaper. */
const maxHeld = 20_000;
const backoff = { firstMs: 250, maxMs: 15_000 };

export interface SyncDeps {
  readonly client: Pick<Client, 'call' | 'state'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: () => number;
}

export function createSync(
  { client, clock, random }: SyncDeps,
  { sessionKey, limit, sink }: { sessionKey: string; limit: number; sink: SessionSink },
  signal: AbortSignal,
): SessionSync {
  const line = createLine(sink);
  let turn = 0;
  let running = new AbortController();

  const recover = async (error: unknown, attempt: number, own: AbortSignal): Promise<void> => {
    if (isCuttleError(error, 'cursor.expired')) {
      line.startAt(undefined);
      sink.expired();
    } else if (isForGood(error)) sink.fail(toCuttleError(error));
    else await clock.sleep(waitAfter(attempt, { random }), own);
  };
  const run = async (own: AbortSignal): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await catchUp({ client, sessionKey, limit, line, sink }, own);
        return;
      } catch (error) {
        // Without a connection there is nothing to do: the next one calls `resume`.
        if (own.aborted || client.state.current.status !== 'open') return;
        await recover(error, attempt, own);
      }
    }
  };
  const resume = (): void => {
    turn += 1;
    running.abort();
    running = new AbortController();
    line.hold();
    const own = AbortSignal.any([running.signal, signal]);
    run(own).catch((error: unknown) => {
      if (!own.aborted) sink.fail(toCuttleError(error));
    });
  };
  const reload = (): void => {
    line.startAt(undefined);
    resume();
  };
  return {
    hear(heard) {
      if (!line.hear(heard)) reload();
    },
    resume,
    reload,
    get turn() {
      return turn;
    },
    isHolding: () => line.isHolding(),
  };
}

/** The events of one session in their order, held back while a resume is on its way. */
interface Line {
  /** The last durable event that was applied. */
  readonly cursor: string | undefined;
  /** What was held back is void: it is in the page that ends at `cursor`, or comes again after it. */
  startAt(cursor: string | undefined): void;
  hold(): void;
  /** False where too much is held back. */
  hear(heard: Heard): boolean;
  /**
   * Applies what was held back, while `signal` allows: applying one event may ask for a reload, which makes the rest void.
   * `cursor` is where the replay ended. Returns how many durable events there were.
   */
  release(cursor: string | undefined, signal: AbortSignal): number;
  isHolding(): boolean;
}

function createLine(sink: SessionSink): Line {
  const seen = createSeen();
  let cursor: string | undefined;
  let held: Heard[] | undefined = [];
  const take = (heard: Heard): void => {
    if (!seen.isNew(heard)) return;
    cursor = heard.payload.cursor ?? cursor;
    sink.apply(heard);
  };
  return {
    get cursor() {
      return cursor;
    },
    startAt(from) {
      cursor = from;
      held = [];
    },
    hold() {
      held = [];
    },
    hear(heard) {
      if (!held) take(heard);
      else if (held.length < maxHeld) held.push(heard);
      else return false;
      return true;
    },
    release(until, signal) {
      const waiting = withoutRepeats(held ?? []);
      held = undefined;
      // Without a replay, what was read last is no place to go on from: the next sync loads.
      if (until === undefined) cursor = undefined;
      for (const heard of waiting) if (!signal.aborted) take(heard);
      if (!signal.aborted && until !== undefined) cursor = until;
      return waiting.filter(({ payload }) => payload.cursor !== undefined).length;
    },
    isHolding: () => held !== undefined,
  };
}

async function catchUp(
  about: {
    client: SyncDeps['client'];
    sessionKey: string;
    limit: number;
    line: Line;
    sink: SessionSink;
  },
  signal: AbortSignal,
): Promise<void> {
  const { client, sessionKey, limit, line, sink } = about;
  const after = line.cursor === undefined ? 'load' : 'resume';
  if (after === 'load') {
    const page = await client.call('chat.history', { sessionKey, limit }, signal);
    signal.throwIfAborted();
    sink.load(page);
    line.startAt(page.cursor);
  }
  const until = await findReplayEnd(client, { cursor: line.cursor ?? '', after }, signal);
  signal.throwIfAborted();
  const applied = line.release(until, signal);
  if (!signal.aborted) sink.live(after === 'resume' || applied > 0 ? 'events' : 'nothing');
}

/** Where the replay ended; undefined where there is none: a session that was never written to has no events, and the reading followed it. */
async function findReplayEnd(
  client: SyncDeps['client'],
  { cursor, after }: { cursor: string; after: 'load' | 'resume' },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const resumed = await client.call('events.resume', { cursor }, signal);
    return resumed.cursor;
  } catch (error) {
    if (after === 'load' && isCuttleError(error, 'cursor.expired')) return undefined;
    throw error;
  }
}

/** Ms until what failed so often in a row is tried again. */
export function waitAfter(failures: number, { random }: Pick<SyncDeps, 'random'>): number {
  return backoffMs(failures, backoff, random);
}

/** Whether trying again would change nothing. */
export function isForGood(error: unknown): boolean {
  return isCuttleError(error) && !error.traits.retryable && error.code !== 'internal';
}
