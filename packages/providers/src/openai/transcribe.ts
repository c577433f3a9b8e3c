import type { Transcriber, Transcription, TranscriptionRequest } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import type OpenAI from 'openai';
import { secretsOf } from '../common-options.ts';
import { toCount } from '../exchange/counts.ts';
import { fetchWhole } from '../exchange/fetch-text.ts';
import { readRecord } from '../exchange/read-record.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { toExchangeDeps } from '../provider-deps.ts';
import { openClient } from './client.ts';
import { OpenaiOptions } from './options.ts';
import type { OpenaiSettings } from './provider.ts';
import { OpenaiTranscription } from './wire.ts';

/**
 * `POST /audio/transcriptions` of OpenAI and of every service that speaks it. Throws `ZodError` for wrong settings at once; the SDK is loaded and the
 * network is used with the first request. https://platform.openai.com/docs/api-reference/audio/createTranscription
 */
export function createOpenaiTranscriber(settings: OpenaiSettings): Transcriber {
  const options = OpenaiOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'openai' } = options;
  const strictFetch = createStrictFetch({ service: id, fetch, secrets: secretsOf(options) });
  const deps = { service: id, limits: options, timer, maxBytes: options.maxAnswerBytes };
  let opened: Promise<OpenAI> | undefined;
  const client = (): Promise<OpenAI> => (opened ??= openClient(options, strictFetch));
  return {
    id,
    async transcribe(request, signal) {
      const body = encodeTranscription(request, id);
      const { text } = await fetchWhole(
        deps,
        async (over) =>
          (await client()).post('/audio/transcriptions', { body, signal: over }).asResponse(),
        signal,
      );
      return decodeTranscription(readRecord(OpenaiTranscription, text, id));
    },
  };
}

/** "flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav, or webm"; the ending of its name tells the service which. */
const endings: Readonly<Record<string, string>> = {
  'audio/flac': 'flac',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/webm': 'webm',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
};

function encodeTranscription(
  { model, bytes, mimeType }: TranscriptionRequest,
  service: string,
): FormData {
  const ending = endings[mimeType];
  if (ending === undefined)
    throw new CuttleError('provider.invalid', `${service} takes no recordings of ${mimeType}.`);
  const form = new FormData();
  // A copy: what the bytes are a view of may be shared, which a file is not made of.
  form.append('file', new File([bytes.slice()], `recording.${ending}`, { type: mimeType }));
  form.append('model', model);
  // The models after Whisper know `json` alone; Whisper says how long the recording is only in the longer form.
  form.append('response_format', /whisper/i.test(model) ? 'verbose_json' : 'json');
  return form;
}

function decodeTranscription({ text, duration, usage }: OpenaiTranscription): Transcription {
  const seconds = toSeconds(usage?.seconds ?? duration);
  const tokens = {
    inputTokens: toCount(usage?.input_tokens ?? 0),
    outputTokens: toCount(usage?.output_tokens ?? 0),
  };
  return {
    text: text.trim(),
    ...(seconds !== undefined && { durationMs: Math.round(seconds * 1000) }),
    usage: { ...tokens, ...(seconds !== undefined && { audioSeconds: Math.ceil(seconds) }) },
  };
}

/** Some services write numbers as text. */
function toSeconds(value: number | string | null | undefined): number | undefined {
  const seconds = Number(value ?? Number.NaN);
  return seconds >= 0 && seconds < 1e7 ? seconds : undefined;
}
