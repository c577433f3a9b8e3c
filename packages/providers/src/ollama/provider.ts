import type { ModelProvider } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { secretsOf } from '../common-options.ts';
import { fetchText } from '../exchange/fetch-text.ts';
import { readRecord } from '../exchange/read-record.ts';
import { createRemedyBook } from '../exchange/remedies.ts';
import { type ExchangeCall, type ExchangeDeps, runExchange } from '../exchange/run-exchange.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { type ProviderDeps, toExchangeDeps } from '../provider-deps.ts';
import { chatCall, listCall, createSend } from './client.ts';
import { createOllamaState, decodeOllama, endOllama } from './decode.ts';
import { encodeOllama, ollamaDialect } from './encode.ts';
import { OllamaOptions } from './options.ts';
import { type OllamaRemedy, ollamaRemedies } from './remedies.ts';
import { OllamaTags } from './wire.ts';

export type OllamaSettings = z.input<typeof OllamaOptions> & ProviderDeps;

/**
 * Ollama's own API. Throws `ZodError` for wrong settings at once; the SDK is loaded and the network is used
 * with the first request.
 */
export function createOllama(settings: OllamaSettings = {}): ModelProvider {
  const options = OllamaOptions.parse(settings);
  const { fetch: open, timer } = toExchangeDeps(settings);
  const { id = 'ollama' } = options;
  const deps: ExchangeDeps = { service: id, framing: 'ndjson', limits: options, timer };
  const fetch = createStrictFetch({ service: id, fetch: open, secrets: secretsOf(options) });
  const send = createSend({ options, fetch });
  const book = createRemedyBook(ollamaRemedies);
  return {
    id,
    dialect: ollamaDialect,
    stream(request, signal) {
      const attempt = (applied: ReadonlySet<OllamaRemedy>): ReturnType<typeof runExchange> => {
        const { body, ...context } = encodeOllama(request, options, applied);
        const state = createOllamaState({ ...context, service: id });
        const call: ExchangeCall = {
          send: (over) => send(chatCall(body), over),
          decoder: {
            decode: (frame) => decodeOllama(frame, state),
            end: () => endOllama(state),
          },
        };
        return runExchange(deps, call, signal);
      };
      return book.stream(request.model, attempt, signal);
    },
    async models(signal) {
      if (options.models) return options.models;
      const list = (over: AbortSignal): Promise<Response> => send(listCall, over);
      const { models } = readRecord(OllamaTags, await fetchText(deps, list, signal), id);
      return (models ?? []).map(({ name }) => ({ id: name }));
    },
  };
}
