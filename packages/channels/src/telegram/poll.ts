import type { Json } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { Door } from '@cuttle/core-types/ports';
import { pauseAfter, type RetryDeps } from '../retry.ts';
import type { TelegramApi } from './api.ts';
import type { Account } from './account.ts';
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
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    try {
      const updates = await readUpdates(deps, offset, signal);
      const batch = await acceptBatch(deps, updates, { door, signal });
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
  offset: number,
  signal: AbortSignal,
): Promise<readonly Json[]> {
  const { timeoutSeconds: timeout, updateKinds } = deps;
  const params = { offset, limit: 100, timeout, allowed_updates: updateKinds };
  return WireUpdates.parse(await deps.api.call('getUpdates', params, signal));
}

interface Batch {
  /** Everything below was accepted. */
  readonly offset: number;
  readonly failure: Failure | undefined;
}

interface Failure {
  readonly id: number;
  readonly error: unknown;
}

async function acceptBatch(
  deps: PollDeps,
  updates: readonly Json[],
  to: { readonly door: Door; readonly signal: AbortSignal },
): Promise<Batch> {
  const self = await deps.account.read(to.signal);
  const lanes = new Map<string, { id: number; decoded: Decoded }[]>();
  for (const raw of updates) {
    const decoded = decodeUpdate(raw, self);
    const lane = laneOf(decoded);
    lanes.set(lane, [...(lanes.get(lane) ?? []), { id: updateIdOf(raw) ?? 0, decoded }]);
  }
  const outcomes = await Promise.all([...lanes.values()].map((lane) => acceptLane(deps, lane, to)));
  const [lowest] = outcomes
    .filter((outcome) => outcome !== undefined)
    .toSorted((a, b) => a.id - b.id);
  if (lowest !== undefined) return { offset: lowest.id, failure: lowest };
  return {
    offset: Math.max(0, ...updates.map((raw) => (updateIdOf(raw) ?? 0) + 1)),
    failure: undefined,
  };
}

/** Accepts one conversation's events in order; stops at the first that is not taken. */
async function acceptLane(
  deps: PollDeps,
  lane: readonly { readonly id: number; readonly decoded: Decoded }[],
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
