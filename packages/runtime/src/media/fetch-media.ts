import { type Message, toFetchedPart, type UserPart } from '@cuttle/core-types';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { FetchedMedia, MediaFacts, MediaReading } from '@cuttle/core-types/ports';
import type { Kernel } from '../kernel.ts';
import { isMedia, type MediaPart } from './media-marks.ts';

type FetchKernel = Pick<Kernel, 'accounts' | 'clock' | 'log' | 'point' | 'store'>;

/** Messages with the bytes of what a messenger held for them, or with the reason why there are none. */
export type MediaFetch = (
  messages: readonly Message[],
  signal: AbortSignal,
) => Promise<readonly Message[]>;

type Held = MediaPart & { readonly source: Extract<MediaPart['source'], { kind: 'channel' }> };

/** Files that are on their way at once. */
const mostAtOnce = 4;
/** One file is given up after this. */
const mostMs = 60_000;
/** A platform that has a moment of trouble is asked so often. */
const mostTries = 3;
const pauseMs = 1000;
/** A longer wait is not waited for: the message goes on without the file. */
const mostPauseMs = 10_000;

/**
 * For the messages of one run. The bytes are stored before the row that names them, and the row before they are used: killed in between, the next
 * claim fetches again. What is gone for ever is a row as well; what only failed today is said so and tried again by the next run.
 */
export function createMediaFetch(kernel: FetchKernel, reading: MediaReading): MediaFetch {
  /** By message and place in it: a run asks once. */
  const asked = new Map<string, Promise<FetchedMedia>>();
  return async (messages, signal) => {
    const held = messages.flatMap((message) =>
      message.role === 'user' ? message.parts.filter(isHeld) : [],
    );
    if (held.length === 0) return messages;
    const here = new Map<UserPart, UserPart>();
    for (let at = 0; at < held.length; at += mostAtOnce) {
      const batch = held.slice(at, at + mostAtOnce);
      const fetched = await Promise.all(
        batch.map((part) => {
          const key = `${part.source.inboundId}:${part.source.index}`;
          const asking = asked.get(key) ?? fetchOne(kernel, { part, reading }, signal);
          asked.set(key, asking);
          return asking;
        }),
      );
      for (const [index, part] of batch.entries()) {
        const one = fetched[index];
        if (one) here.set(part, toFetchedPart(part, one));
      }
    }
    return messages.map((message) =>
      message.role === 'user'
        ? { ...message, parts: message.parts.map((part) => here.get(part) ?? part) }
        : message,
    );
  };
}

/** What is known to be gone is not asked for again. */
function isHeld(part: UserPart): part is Held {
  return isMedia(part) && part.source.kind === 'channel' && part.source.failure === undefined;
}

interface Wanted {
  readonly part: Held;
  readonly reading: MediaReading;
}

async function fetchOne(
  kernel: FetchKernel,
  { part, reading }: Wanted,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  const { inboundId, index } = part.source;
  const place = { inboundId, index };
  try {
    const late = AbortSignal.timeout(mostMs);
    const bytes = await readBytes(kernel, { part, reading }, AbortSignal.any([signal, late]));
    const facts = reading.inspect(bytes, part);
    const failure = faultOf(part, facts);
    if (failure !== undefined) return await keep(kernel, place, { kind: 'failed', code: failure });
    const sha256 = await kernel.store.blobs.put(bytes, facts.mimeType, signal);
    kernel.point('media.fetch.after.write');
    // A file that nobody reads is still one, and so is a film in a transcript.
    const type = facts.kind === 'other' || facts.kind === 'video' ? 'document' : facts.kind;
    return await keep(kernel, place, { kind: 'blob', sha256, type, mimeType: facts.mimeType });
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    kernel.log.warn('A file could not be fetched from a messenger.', { ...place, code });
    const failed = { kind: 'failed', code } as const;
    return lasting.has(code) ? keep(kernel, place, failed) : failed;
  }
}

/** Asking again changes nothing. */
const lasting: ReadonlySet<string> = new Set(['media.gone', 'media.too-large']);

async function keep(
  { store, point }: FetchKernel,
  place: { readonly inboundId: string; readonly index: number },
  fetched: FetchedMedia,
): Promise<FetchedMedia> {
  point('media.fetch.before.commit');
  const kept = await store.journal.putFetchedMedia({ ...place, fetched });
  point('media.fetch.after.commit');
  return kept;
}

async function readBytes(
  { accounts, clock }: FetchKernel,
  { part, reading }: Wanted,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { ref, accountId, bytes = 0 } = part.source;
  const media = accounts.get(accountId)?.channel.media;
  if (!media) throw new CuttleError('channel.unavailable', 'The account is not connected.');
  const maxBytes = Math.min(media.maxBytes, reading.maxFetchedBytes());
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  for (let tries = 1; ; tries += 1)
    try {
      return await media.fetch({ ref, maxBytes }, signal);
    } catch (error) {
      signal.throwIfAborted();
      const waitMs = isCuttleError(error, 'channel.unavailable', 'channel.rate-limited')
        ? (error.retryAfterMs ?? pauseMs * tries)
        : Infinity;
      if (tries >= mostTries || waitMs > mostPauseMs) throw error;
      await clock.sleep(waitMs, signal);
    }
}

function tooLarge(maxBytes: number): CuttleError {
  return new CuttleError('media.too-large', `At most ${maxBytes} bytes are fetched.`);
}

/**
 * Nothing, or what is not what it was sent as. The taint of a message was decided by what its media were sent as; words that came as a picture would
 * be read as its sender's own.
 */
function faultOf(part: Held, { kind, bytes }: MediaFacts): string | undefined {
  if (bytes === 0) return 'media.unreadable';
  const isOwn = part.type === 'image' || (part.type === 'audio' && part.voice === true);
  return isOwn && kind === 'document' ? 'media.mismatched' : undefined;
}

/** Throws what is not about the file. */
function codeOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'channel.unavailable';
  if (!isCuttleError(error) || /^(?:store|run)\./.test(error.code)) throw error;
  return error.code;
}
