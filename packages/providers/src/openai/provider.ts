import type { ModelProvider } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { secretsOf } from '../common-options.ts';
import { createOpener } from '../exchange/opener.ts';
import { createRemedyBook } from '../exchange/remedies.ts';
import { type ExchangeCall, type ExchangeDeps, runExchange } from '../exchange/run-exchange.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { type ProviderDeps, toExchangeDeps } from '../provider-deps.ts';
import { openClient } from './client.ts';
import { createOpenaiState, decodeOpenai, endOpenai } from './decode.ts';
import { encodeOpenai, openaiDialect } from './encode.ts';
import { listModels } from './list-models.ts';
import { OpenaiOptions } from './options.ts';
import { quirksFor } from './quirks.ts';
import { type OpenaiRemedy, openaiRemedies } from './remedies.ts';

export type OpenaiSettings = z.input<typeof OpenaiOptions> & ProviderDeps;

/**
 * OpenAI Chat Completions, and every service that speaks it. Throws `ZodError` for wrong settings at once;
 * the SDK is loaded and the network is used with the first request.
 */
export function createOpenai(settings: OpenaiSettings): ModelProvider {
  const options = OpenaiOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'openai' } = options;
  const deps: ExchangeDeps = { service: id, framing: 'sse', limits: options, timer };
  const strictFetch = createStrictFetch({ service: id, fetch, secrets: secretsOf(options) });
  const quirks = quirksFor(options.baseUrl, options.quirks, options.models);
  const book = createRemedyBook(openaiRemedies);
  const client = createOpener(() => openClient(options, strictFetch));
  return {
    id,
    dialect: openaiDialect,
    stream(request, signal) {
      const attempt = (applied: ReadonlySet<OpenaiRemedy>): ReturnType<typeof runExchange> => {
        const { body, ...context } = encodeOpenai(request, quirks, applied);
        const state = createOpenaiState({
          ...context,
          service: id,
          origin: { dialect: openaiDialect, provider: id, model: request.model },
          details: quirks.replayDetails ? 'kept' : 'ignored',
        });
        const call: ExchangeCall = {
          send: async (over) =>
            (await client())
              .post('/chat/completions', { body, stream: true, signal: over })
              .asResponse(),
          decoder: {
            decode: (frame) => decodeOpenai(frame, state),
            end: () => endOpenai(state),
          },
        };
        return runExchange(deps, call, signal);
      };
      return book.stream(request.model, attempt, signal);
    },
    models: async (signal) => options.models ?? listModels(deps, client, signal),
  };
}
