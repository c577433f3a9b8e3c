import type { Door } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { type CheckpointWriter, createCheckpointWriter } from '../checkpoint-writer.ts';
import { type RetryDeps, untilDone } from '../retry.ts';
import type { SlackApi } from './api.ts';
import { type Intake, laneOf, type Payload } from './intake.ts';
import type { SlackOptions } from './options.ts';
import { type HeardPlace, readSince, toMicros } from './read-since.ts';
import { timeOfTs, Ts, tsAt } from './target.ts';

/** What is kept in a row: how far the account has read. */
const SlackCheckpoint = z.object({
  v: z.literal(1),
  /** What was said until then was taken in. */
  since: Ts,
  /** Channels, and threads as `channel:ts`, that were heard of, the latest last: Slack does not say where something was missed. */
  places: z.array(z.string()),
});

export interface CatchUpDeps extends RetryDeps {
  readonly api: SlackApi;
  readonly intake: Intake;
  readonly options: Pick<SlackOptions, 'backfillHours'>;
}

/** Takes in what was said while nobody listened for longer than Slack repeats it. */
export interface CatchUp {
  /** To be called whenever it is listened anew, before anything comes. */
  connected(): void;
  disconnected(): void;
  /** What came; what was missed in its channel is taken in before it. Call the result when it is stored. */
  heard(payload: Payload): () => void;
}

/** What is done with it, until the abort. */
export type Listening = (catchUp: CatchUp, signal: AbortSignal) => Promise<never>;

/** Listens until the abort, or until it fails; ends when all that came is stored or given up, and what is known is kept. */
export async function withCatchUp(
  deps: CatchUpDeps,
  { door, listen }: { readonly door: Door; readonly listen: Listening },
  signal: AbortSignal,
): Promise<never> {
  const ended = new AbortController();
  const inner = AbortSignal.any([signal, ended.signal]);
  const { close, ...catchUp } = await createCatchUp(deps, door, inner);
  try {
    return await listen(catchUp, inner);
  } finally {
    ended.abort('ended');
    await deps.intake.lanes.idle();
    await close();
  }
}

/** Shorter gaps are Slack's to close: it brings again what was not acknowledged. https://docs.slack.dev/apis/events-api/#retries */
const shortGapMs = 60_000;
const maxPlaces = 200;
/** Between two calls: about forty of the fifty a minute that Slack allows; the rest is for what looks for a message of ours. */
const paceMs = 1500;
/** A kill costs no more than what is then read again and recognised. */
const keepEveryMs = 10_000;
const says = 'What was missed on Slack could not be read; it is tried again.';
const failed =
  'What was missed on Slack was not taken in; it is tried again with what comes there next.';

interface State {
  readonly deps: CatchUpDeps;
  readonly door: Door;
  readonly signal: AbortSignal;
  readonly places: Set<string>;
  /** When what is not stored yet was said, by its channel and time: what could not be stored stays until Slack brings it again. */
  readonly pending: Map<string, bigint>;
  readonly writer: CheckpointWriter;
  /** Channels whose messages from a time on are to be read. */
  readonly missed: Map<string, { readonly since: string; readonly places: HeardPlace[] }>;
  /** What holds as long as something is missed; undefined before the first message. */
  since: string | undefined;
  newest: bigint;
  /** Unix ms; undefined before the first connection. */
  leftAt: number | undefined;
  nextCallAt: number;
}

async function createCatchUp(
  deps: CatchUpDeps,
  door: Door,
  signal: AbortSignal,
): Promise<CatchUp & { close(): Promise<void> }> {
  const kept = SlackCheckpoint.safeParse(await door.checkpoint?.read()).data;
  const state: State = {
    deps,
    door,
    signal,
    places: new Set(kept?.places),
    pending: new Map(),
    missed: new Map(),
    since: kept?.since,
    newest: toMicros(kept?.since ?? tsAt(0)),
    leftAt: undefined,
    nextCallAt: 0,
    writer: createCheckpointWriter({
      ...deps,
      checkpoint: door.checkpoint,
      everyMs: keepEveryMs,
      says: 'How far Slack was read could not be kept; it is tried again.',
      current: () => toCheckpoint(state),
    }),
  };
  const running = new Set<Promise<void>>();
  return {
    connected() {
      if (!findMissed(state)) return;
      const work = fillAll(state).finally(() => running.delete(work));
      running.add(work);
    },
    disconnected() {
      state.leftAt = deps.clock.now();
    },
    heard: (payload) => hear(state, payload),
    async close() {
      await Promise.all(running);
      await state.writer.close();
    },
  };
}

function toCheckpoint(state: State): z.output<typeof SlackCheckpoint> | undefined {
  const since = sinceOf(state);
  return since === undefined ? undefined : { v: 1, since, places: [...state.places] };
}

/** Until then nothing is missing. */
function sinceOf({ since, missed, pending, newest }: State): string | undefined {
  if (missed.size > 0 || since === undefined) return since;
  let until = newest;
  for (const at of pending.values()) if (at <= until) until = at - 1n;
  const least = toMicros(since);
  return toTs(until > least ? until : least);
}

/** Notes what has to be read; false where nothing has. */
function findMissed(state: State): boolean {
  const { deps, missed, places, leftAt } = state;
  const now = deps.clock.now();
  const since = sinceOf(state);
  state.since = since;
  // Nothing was ever heard, or Slack closes the gap.
  if (since === undefined || now - (leftAt ?? timeOfTs(since)) < shortGapMs) return false;
  const oldest = tsAt(now - deps.options.backfillHours * 3_600_000);
  const from = toMicros(since) > toMicros(oldest) ? since : oldest;
  for (const place of Array.from(places).toReversed()) {
    const [channel = '', thread] = place.split(':');
    const known = missed.get(channel) ?? { since: from, places: [] };
    known.places.push({ channel, thread });
    missed.set(channel, known);
  }
  return missed.size > 0;
}

async function fillAll(state: State): Promise<void> {
  const { deps, missed, signal } = state;
  deps.log.info('What was said on Slack meanwhile is read.', { channels: missed.size });
  for (const channel of missed.keys()) await fillInLane(state, channel);
  if (!signal.aborted) state.writer.changed();
}

/** What comes in the channel meanwhile waits behind it. Never rejects: what could not be taken in stays missed, and so does the time it is read from. */
async function fillInLane(state: State, channel: string): Promise<void> {
  const { deps, signal } = state;
  try {
    await deps.intake.lanes.add(channel, () => fill(state, channel));
  } catch (error) {
    if (!signal.aborted) deps.log.error(failed, { channel, error });
  }
}

async function fill(state: State, channel: string): Promise<void> {
  const { deps, door, missed, signal } = state;
  const found = missed.get(channel);
  if (found === undefined) return;
  const call: SlackApi['call'] = async (method, args, of) => {
    await untilMayCall(state);
    return deps.api.call(method, args, of);
  };
  for (const place of found.places) {
    const act = () => readSince(call, { ...place, since: found.since }, signal);
    for (const message of await untilDone(deps, { says, act }, signal)) {
      const event = { ...message, type: 'message', channel };
      const payload = { kind: 'events_api', raw: { type: 'event_callback', event } } as const;
      await deps.intake.takeInLane(payload, door, signal);
      note(state, message.ts);
    }
  }
  missed.delete(channel);
}

async function untilMayCall(state: State): Promise<void> {
  const { deps, signal } = state;
  const now = deps.clock.now();
  const at = Math.max(now, state.nextCallAt);
  state.nextCallAt = at + paceMs;
  if (at > now) await deps.clock.sleep(at - now, signal);
}

const WireHeard = z.looseObject({
  event: z.looseObject({
    type: z.enum(['message', 'app_mention']),
    channel: z.string().regex(/^[CDG][A-Z0-9]{2,20}$/),
    ts: Ts,
    thread_ts: Ts.nullish(),
  }),
});

function hear(state: State, payload: Payload): () => void {
  const { missed, places, pending } = state;
  const lane = laneOf(payload);
  // Waited for with the lanes.
  if (missed.has(lane)) void fillInLane(state, lane);
  const { event } = WireHeard.safeParse(payload.raw).data ?? {};
  if (event === undefined) return () => {};
  const { channel, ts, thread_ts: thread } = event;
  const place = thread ? `${channel}:${thread}` : channel;
  places.delete(place);
  places.add(place);
  const [oldest] = places;
  if (places.size > maxPlaces && oldest !== undefined) places.delete(oldest);
  const key = `${channel}:${ts}`;
  const at = toMicros(ts);
  state.since ??= toTs(at - 1n);
  pending.set(key, at);
  return () => {
    pending.delete(key);
    note(state, ts);
    state.writer.changed();
  };
}

function note(state: State, ts: string): void {
  const at = toMicros(ts);
  if (at > state.newest) state.newest = at;
}

function toTs(micros: bigint): string {
  const digits = String(micros).padStart(16, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
