import type { Json } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { Door } from '@cuttle/core-types/ports';
import { pauseAfter, type RetryDeps } from '../retry.ts';
import type { TelegramApi } from './api.ts';
import type { Account } from './account.ts';
import { albumQuietMs, mergeAlbum } from './album.ts';
import { type Decoded, decodeUpdate, updateIdOf } from './decode.ts';
import { saidBy } from './telegram-failure.ts';
import { WireUpdates } from './wire.ts';

export interface PollDeps extends RetryDeps {
  readonly api: TelegramApi;
  readonly account: Pick<Account, 'read'>;
  readonly timeoutSeconds: number;
  readonly updateKinds: readonly string[];
  /** Tells Telegram that a button press arrived. Never rejects. */
  readonly answerButton: (callbackId: string, signal: AbortSignal) => Promise<void>;
}

/**
 * Long polling. An update is confirmed by a later request with a higher offset, and the offset never passes an update
 * that was not accepted. Conversations are accepted side by side, each in its order.
 * https://core.telegram.org/bots/api#getupdates
 */
export async function pollUpdates(deps: PollDeps, door: Door, signal: AbortSignal): Promise<never> {
  let offset = 0;
  let albums: Albums = new Map();
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    try {
      if (albums.size > 0) await deps.clock.sleep(albumQuietMs, signal);
      const updates = await readUpdates(deps, { offset, isAwaited: albums.size > 0 }, signal);
      const batch = await acceptBatch(deps, { updates, albums }, { door, signal });
      ({ albums } = batch);
      offset = Math.max(offset, batch.offset);
      if (batch.failure !== undefined) throw batch.failure.error;
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (isCuttleError(error, 'channel.auth')) throw error;
      failures += 1;
      await clearWebhook(deps, error, signal);
      const says = 'Receiving from Telegram failed; it is tried again.';
      await pauseAfter(deps, { error, failures, says }, signal);
    }
  }
}

async function readUpdates(
  deps: PollDeps,
  { offset, isAwaited }: { readonly offset: number; readonly isAwaited: boolean },
  signal: AbortSignal,
): Promise<readonly Json[]> {
  const { timeoutSeconds, updateKinds } = deps;
  const timeout = isAwaited ? 0 : timeoutSeconds;
  const params = { offset, limit: 100, timeout, allowed_updates: updateKinds };
  return WireUpdates.parse(await deps.api.call('getUpdates', params, signal));
}

/** Albums that may get more parts, with how many they had at the last look. None of their parts is confirmed. */
type Albums = ReadonlyMap<string, number>;

interface Batch {
  /** Everything below was accepted. */
  readonly offset: number;
  readonly failure: Failure | undefined;
  readonly albums: Albums;
}

interface Failure {
  readonly id: number;
  readonly error: unknown;
}

async function acceptBatch(
  deps: PollDeps,
  { updates, albums }: { readonly updates: readonly Json[]; readonly albums: Albums },
  to: { readonly door: Door; readonly signal: AbortSignal },
): Promise<Batch> {
  const self = await deps.account.read(to.signal);
  const lanes = new Map<string, Told[]>();
  for (const raw of updates) {
    const decoded = decodeUpdate(raw, self);
    const lane = laneOf(decoded);
    lanes.set(lane, [...(lanes.get(lane) ?? []), { id: updateIdOf(raw) ?? 0, decoded }]);
  }
  const held = [...lanes.values()].flatMap((lane) => openAlbumOf(lane, albums) ?? []);
  const outcomes = await Promise.all(
    [...lanes.values()].map((lane) => acceptLane(deps, withWholeAlbums(lane, held), to)),
  );
  const [lowest] = outcomes
    .filter((outcome) => outcome !== undefined)
    .toSorted((a, b) => a.id - b.id);
  const all = Math.max(0, ...updates.map((raw) => (updateIdOf(raw) ?? 0) + 1));
  return {
    offset: Math.min(all, lowest?.id ?? all, ...held.map(({ from }) => from)),
    failure: lowest,
    albums: new Map(held.map(({ album, parts }) => [album, parts])),
  };
}

interface Told {
  readonly id: number;
  readonly decoded: Decoded;
}

interface OpenAlbum {
  readonly album: string;
  readonly parts: number;
  /** Its first update. */
  readonly from: number;
}

/** The album that a conversation's updates end with, as long as it grows: what comes behind it shows that it is whole. */
function openAlbumOf(lane: readonly Told[], before: Albums): OpenAlbum | undefined {
  const album = albumOf(lane.at(-1));
  if (album === undefined) return undefined;
  const parts = lane.filter((told) => albumOf(told) === album);
  if (parts.length <= (before.get(album) ?? 0)) return undefined;
  return { album, parts: parts.length, from: parts[0]?.id ?? 0 };
}

function albumOf(told: Told | undefined): string | undefined {
  return told?.decoded.kind === 'event' ? told.decoded.album : undefined;
}

/** Each album as one event in the place of its first part; one that is open is left for later. */
function withWholeAlbums(lane: readonly Told[], open: readonly OpenAlbum[]): readonly Told[] {
  const kept = lane.filter((told) => !open.some(({ album }) => album === albumOf(told)));
  return kept.flatMap((told, index) => {
    const album = albumOf(told);
    if (album === undefined) return [told];
    if (kept.findIndex((one) => albumOf(one) === album) < index) return [];
    const parts = kept.flatMap(({ decoded }) =>
      decoded.kind === 'event' && decoded.album === album ? [decoded.event] : [],
    );
    return [{ id: told.id, decoded: { kind: 'event', event: mergeAlbum(parts) } as const }];
  });
}

/** Accepts one conversation's events in order; stops at the first that is not taken. */
async function acceptLane(
  deps: PollDeps,
  lane: readonly Told[],
  { door, signal }: { readonly door: Door; readonly signal: AbortSignal },
): Promise<Failure | undefined> {
  for (const { id, decoded } of lane) {
    if (decoded.kind === 'ignored') continue;
    try {
      await door.accept(decoded.event, signal);
    } catch (error) {
      return { id, error };
    }
    if (decoded.callbackId !== undefined) await deps.answerButton(decoded.callbackId, signal);
  }
  return undefined;
}

function laneOf(decoded: Decoded): string {
  if (decoded.kind === 'ignored') return 'ignored';
  const { id, threadId } = decoded.event.chat;
  return `${id}:${threadId ?? ''}`;
}

/** A webhook of an earlier configuration keeps the updates from us. */
async function clearWebhook(
  { api, log }: PollDeps,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  if (!isCuttleError(error, 'channel.conflict') || !saidBy(error).includes('webhook is active'))
    return;
  try {
    await api.call('deleteWebhook', { drop_pending_updates: false }, signal);
  } catch (failure) {
    log.warn('The old webhook could not be removed.', { error: failure });
  }
}
