import { type ModelPrices, microsOf } from '@cuttle/core-types';

/** Dollars a minute, by kind and model, at the kind's own address. */
const dollarsPerMinute: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // https://platform.openai.com/docs/pricing#transcription-and-speech-generation
  openai: { 'whisper-1': 0.006 },
  'openai-responses': { 'whisper-1': 0.006 },
  // Stated for an hour: https://groq.com/pricing
  groq: { 'whisper-large-v3': 0.111 / 60, 'whisper-large-v3-turbo': 0.04 / 60 },
};

/** What a model that transcribes costs by time; undefined where it is not known, or billed by tokens. */
export function findMinutePrice(
  kind: string,
  model: string,
  baseUrl: string | undefined,
): ModelPrices | undefined {
  const dollars = baseUrl === undefined ? dollarsPerMinute[kind]?.[model] : undefined;
  return dollars === undefined ? undefined : { input: 0, output: 0, minute: microsOf(dollars) };
}
