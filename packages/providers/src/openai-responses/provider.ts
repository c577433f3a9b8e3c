import type { ModelProvider } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { secretsOf } from '../common-options.ts';
import { createOpener } from '../exchange/opener.ts';
import { createRemedyBook } from '../exchange/remedies.ts';
import { type ExchangeCall, type ExchangeDeps, runExchange } from '../exchange/run-exchange.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { openClient } from '../openai/client.ts';
import { listModels } from '../openai/list-models.ts';
import { type ProviderDeps, toExchangeDeps } from '../provider-deps.ts';
import { createResponsesState, decodeResponses, endResponses } from './decode.ts';
import { encodeResponses, responsesDialect } from './encode.ts';
import { OpenaiResponsesOptions } from './options.ts';
import { type ResponsesRemedy, responsesRemedies } from './remedies.ts';

export type OpenaiResponsesSettings = z.input<typeof OpenaiResponsesOptions> & ProviderDeps;

/**
 * OpenAI's Responses API, and every service that speaks it. Throws `ZodError` for wrong settings at once; the SDK is
 * loaded and the network is used with the first request.
 */
export function createOpenaiResponses(settings: OpenaiResponsesSettings): ModelProvider {
  const options = OpenaiResponsesOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = responsesDialect } = options;
  const deps: ExchangeDeps = { service: id, framing: 'sse', limits: options, timer };
  const strictFetch = createStrictFetch({ service: id, fetch, secrets: secretsOf(options) });
  const book = createRemedyBook(responsesRemedies);
  const client = createOpener(() =>
    openClient({ ...options, ...subscriptionOf(options) }, strictFetch),
  );
  return {
    id,
    dialect: responsesDialect,
    stream(request, signal) {
      const attempt = (applied: ReadonlySet<ResponsesRemedy>): ReturnType<typeof runExchange> => {
        const { body, ...context } = encodeResponses(request, id, applied);
        const origin = { dialect: responsesDialect, provider: id, model: request.model };
        const state = createResponsesState({ ...context, service: id, origin });
        const call: ExchangeCall = {
          send: async (over) =>
            (await client()).post('/responses', { body, stream: true, signal: over }).asResponse(),
          decoder: {
            decode: (frame) => decodeResponses(frame, state),
            end: () => endResponses(state),
          },
        };
        return runExchange(deps, call, signal);
      };
      return book.stream(request.model, attempt, signal);
    },
    models: async (signal) => options.models ?? listModels(deps, client, signal),
  };
}

const subscriptionUrl = 'https://chatgpt.com/backend-api/codex';

/** A token of a subscription goes elsewhere, and names its account. https://github.com/openai/codex */
function subscriptionOf({
  chatgptAccountId,
  baseUrl = subscriptionUrl,
  headers,
}: OpenaiResponsesOptions): Partial<OpenaiResponsesOptions> {
  if (chatgptAccountId === undefined) return {};
  const account = {
    'chatgpt-account-id': chatgptAccountId,
    'openai-beta': 'responses=experimental',
  };
  return { baseUrl, headers: { ...account, ...headers } };
}
