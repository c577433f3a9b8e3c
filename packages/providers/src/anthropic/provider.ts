import type { ModelInfo, ModelProvider } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { secretsOf } from '../common-options.ts';
import { fetchText } from '../exchange/fetch-text.ts';
import { createOpener } from '../exchange/opener.ts';
import { readRecord } from '../exchange/read-record.ts';
import { createRemedyBook } from '../exchange/remedies.ts';
import { type ExchangeCall, type ExchangeDeps, runExchange } from '../exchange/run-exchange.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { type ProviderDeps, toExchangeDeps } from '../provider-deps.ts';
import { openClient, versionHeaders } from './client.ts';
import { createAnthropicState, decodeAnthropic, endAnthropic } from './decode.ts';
import { anthropicDialect, encodeAnthropic } from './encode.ts';
import { AnthropicOptions } from './options.ts';
import { type AnthropicRemedy, anthropicRemedies } from './remedies.ts';
import { AnthropicModels } from './wire.ts';

export type AnthropicSettings = z.input<typeof AnthropicOptions> & ProviderDeps;

/**
 * Anthropic's Messages API, and every service that speaks it. Throws `ZodError` for wrong settings at once;
 * the SDK is loaded and the network is used with the first request.
 */
export function createAnthropic(settings: AnthropicSettings): ModelProvider {
  const options = AnthropicOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'anthropic' } = options;
  const deps: ExchangeDeps = { service: id, framing: 'sse', limits: options, timer };
  const strictFetch = createStrictFetch({ service: id, fetch, secrets: secretsOf(options) });
  const book = createRemedyBook(anthropicRemedies);
  const client = createOpener(() => openClient(options, strictFetch));
  return {
    id,
    dialect: anthropicDialect,
    stream(request, signal) {
      const attempt = (applied: ReadonlySet<AnthropicRemedy>): ReturnType<typeof runExchange> => {
        const { body, sampling, ...context } = encodeAnthropic(request, options, applied);
        const origin = { dialect: anthropicDialect, provider: id, model: request.model };
        const state = createAnthropicState({ ...context, service: id, origin });
        const headers = versionHeaders(options, sampling);
        const call: ExchangeCall = {
          send: async (over) =>
            (await client())
              .post('/v1/messages', { body, headers, stream: true, signal: over })
              .asResponse(),
          decoder: {
            decode: (frame) => decodeAnthropic(frame, state),
            end: () => endAnthropic(state),
          },
        };
        return runExchange(deps, call, signal);
      };
      return book.stream(request.model, attempt, signal);
    },
    async models(signal) {
      if (options.models) return options.models;
      const text = await fetchText(
        deps,
        async (over) =>
          (await client())
            .get('/v1/models', {
              query: { limit: 1000 },
              headers: versionHeaders(options, 'unsaid'),
              signal: over,
            })
            .asResponse(),
        signal,
      );
      return toModels(readRecord(AnthropicModels, text, id));
    },
  };
}

function toModels({ data }: AnthropicModels): readonly ModelInfo[] {
  return (data ?? []).map(({ id, max_input_tokens, max_tokens }) => ({
    id,
    ...(max_input_tokens != null && { contextWindow: max_input_tokens }),
    ...(max_tokens != null && { maxOutputTokens: max_tokens }),
    inputs: ['text', 'image', 'document'],
  }));
}
