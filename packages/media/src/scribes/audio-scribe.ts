import type { Usage } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { MediaFacts, MediaPayer, MediaScribe, Transcriber } from '@cuttle/core-types/ports';
import type { OpenCall } from './ask-model.ts';

export interface AudioScribeDeps {
  readonly transcriber: Transcriber;
  readonly model: string;
  /** Throws `budget.*` where there is no room for a call that may use so much. */
  open(most: Usage, payer: MediaPayer): Promise<OpenCall>;
  readonly maxBytes: () => number;
}

/** Formats that services of this kind are documented to take; of a film, its sound. */
const readable: ReadonlySet<string> = new Set([
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'video/mp4',
  'video/webm',
]);

/** Writes down what is said in a recording. */
export function createAudioScribe({
  transcriber,
  model,
  open,
  maxBytes,
}: AudioScribeDeps): MediaScribe {
  return {
    by: `${transcriber.id}/${model}`,
    async write({ bytes, facts }, payer, signal) {
      requireReadable(facts, maxBytes());
      const opened = await open(mostUsage(facts), payer);
      try {
        const { mimeType } = facts;
        const said = await transcriber.transcribe({ model, bytes, mimeType }, signal);
        const { text, durationMs, usage } = said;
        const call = await opened.toCall({ usage, provider: transcriber.id, model });
        return { text, detail: durationMs === undefined ? {} : { durationMs }, call };
      } catch (error) {
        await opened.release();
        throw error;
      }
    },
  };
}

function requireReadable({ mimeType, bytes }: MediaFacts, maxBytes: number): void {
  if (!readable.has(mimeType))
    throw new CuttleError('media.unreadable', `Recordings of ${mimeType} are not transcribed.`);
  if (bytes > maxBytes)
    throw new CuttleError(
      'media.too-large',
      `The recording has ${bytes} bytes; at most ${maxBytes} are transcribed.`,
    );
}

/** No codec for speech in use goes below 6 kbit/s, nobody speaks six words a second, and a minute has 600 tokens of sound. */
const bytesPerSecond = 750;
const tokensPerSecond = 10;

function mostUsage({ bytes }: MediaFacts): Usage {
  const audioSeconds = Math.ceil(bytes / bytesPerSecond);
  const inputTokens = audioSeconds * tokensPerSecond;
  return { inputTokens, outputTokens: inputTokens, audioSeconds };
}
