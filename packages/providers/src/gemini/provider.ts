import type { ModelProvider } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { secretsOf } from '../common-options.ts';
import { fetchText } from '../exchange/fetch-text.ts';
import { createRemedyBook } from '../exchange/remedies.ts';
import { type ExchangeCall, type ExchangeDeps, runExchange } from '../exchange/run-exchange.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { type ProviderDeps, toExchangeDeps } from '../provider-deps.ts';
import { createClient } from './client.ts';
import { createGeminiState, decodeGemini, endGemini } from './decode.ts';
import { encodeGemini, geminiDialect } from './encode.ts';
import { answeringModels } from './list-models.ts';
import { GeminiOptions } from './options.ts';
import { type GeminiRemedy, geminiRemedies } from './remedies.ts';

export type GeminiSettings = z.input<typeof GeminiOptions> & ProviderDeps;

/**
 * Google's Gemini API, and Gemini at Vertex AI. Throws `ZodError` for wrong settings at once;
 * the SDK is loaded and the network is used with the first request.
 */
export function createGemini(settings: GeminiSettings): ModelProvider {
  const options = GeminiOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'gemini' } = options;
  const deps: ExchangeDeps = { service: id, framing: 'sse', limits: options, timer };
  const strictFetch = createStrictFetch({ service: id, fetch, secrets: secretsOf(options) });
  const book = createRemedyBook(geminiRemedies);
  const client = createClient(options, strictFetch);
  return {
    id,
    dialect: geminiDialect,
    stream(request, signal) {
      const { model } = request;
      const attempt = (applied: ReadonlySet<GeminiRemedy>): ReturnType<typeof runExchange> => {
        const { body, ...context } = encodeGemini(request, options, applied);
        const origin = { dialect: geminiDialect, provider: id, model };
        const state = createGeminiState({ ...context, service: id, origin });
        const call: ExchangeCall = {
          send: (over) => client.generate({ model, body }, over),
          decoder: {
            decode: (frame) => decodeGemini(frame, state),
            end: () => endGemini(state),
          },
        };
        return runExchange(deps, call, signal);
      };
      return book.stream(model, attempt, signal);
    },
    async models(signal) {
      if (options.models) return options.models;
      const text = await fetchText(deps, (over) => client.listModels(over), signal);
      return answeringModels(text, id);
    },
  };
}
