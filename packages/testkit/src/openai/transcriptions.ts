import type { ErrorTurn } from '../http-fault.ts';
import type { WireAnswer } from '../wire-frame.ts';
import { wholeAnswer } from '../wire-frame.ts';
import type { Refusal } from './refusal.ts';

/** A recording that a client sent, as far as its form says. */
export interface TranscriptionCall {
  readonly model: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly format: 'json' | 'verbose_json' | 'text' | 'srt' | 'vtt';
}

/** What is said in a recording, or how the service fails. */
export type TranscriptionScript = (call: TranscriptionCall) => string | ErrorTurn;

/** https://platform.openai.com/docs/models#transcription */
export const transcriptionModels: readonly string[] = [
  'whisper-1',
  'gpt-4o-transcribe',
  'gpt-4o-mini-transcribe',
];

const endings = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm'];

export type ReadTranscription =
  | { readonly ok: true; readonly call: TranscriptionCall }
  | { readonly ok: false; readonly status: number; readonly refusal: Refusal };

/**
 * Holds the form of a request against the service's rules. The bytes of the file are not looked at: the record of a request is text.
 * https://platform.openai.com/docs/api-reference/audio/createTranscription
 */
export function readTranscription(contentType: string, text: string): ReadTranscription {
  const fields = readForm(contentType, text);
  if (!fields) return refuse('Could not parse multipart form');
  const model = fields.get('model')?.value ?? '';
  const file = fields.get('file');
  if (!file) return refuse("Missing required parameter: 'file'", 'file');
  if (!transcriptionModels.includes(model)) return refuse(`Invalid model '${model}'.`, 'model');
  const fileName = findIn(file.head, /filename="([^"]*)"/);
  if (!endings.includes(findIn(fileName, /\.([a-z\d]+)$/))) return refuse(badFile, 'file');
  const format = formatOf(fields.get('response_format')?.value ?? 'json', model);
  if (format === undefined)
    return refuse(
      `response_format is not compatible with model '${model}'. Use 'json' instead.`,
      'response_format',
    );
  const mimeType = findIn(file.head, /content-type:\s*([^\r\n;]+)/i);
  return { ok: true, call: { model, fileName, mimeType, format } };
}

function findIn(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? '';
}

const badFile = `Invalid file format. Supported formats: [${endings.map((one) => `'${one}'`).join(', ')}]`;

interface Field {
  readonly head: string;
  readonly value: string;
}

function readForm(contentType: string, text: string): ReadonlyMap<string, Field> | undefined {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const fields = new Map<string, Field>();
  for (const part of text.split(`--${boundary}`)) {
    const split = part.indexOf('\r\n\r\n');
    const head = part.slice(0, split);
    const name = /name="([^"]*)"/.exec(head)?.[1];
    if (name !== undefined && split >= 0)
      fields.set(name, { head, value: part.slice(split + 4).replace(/\r\n$/, '') });
  }
  return fields;
}

/** The models after Whisper know one form alone. */
function formatOf(format: string, model: string): TranscriptionCall['format'] | undefined {
  if (model !== 'whisper-1') return format === 'json' ? format : undefined;
  return (['json', 'verbose_json', 'text', 'srt', 'vtt'] as const).find((one) => one === format);
}

function refuse(message: string, param: string | null = null): ReadTranscription {
  return { ok: false, status: 400, refusal: { message, param, code: null } };
}

const seconds = 3;

/** Whisper is billed by the second, the models after it by tokens. */
export function encodeTranscription(
  text: string,
  { model, format }: TranscriptionCall,
): WireAnswer {
  const usage =
    model === 'whisper-1'
      ? { type: 'duration', seconds }
      : {
          type: 'tokens',
          input_tokens: 30,
          input_token_details: { text_tokens: 0, audio_tokens: 30 },
          output_tokens: 9,
          total_tokens: 39,
        };
  const more =
    format === 'verbose_json'
      ? { task: 'transcribe', language: 'english', duration: 2.6, segments: [] }
      : {};
  return wholeAnswer(200, { text, ...more, usage });
}
