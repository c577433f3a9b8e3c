import type { ModelProvider } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { secretsOf } from '../common-options.ts';
import { fetchText } from '../exchange/fetch-text.ts';
import { readRecord } from '../exchange/read-record.ts';
import { createOpener } from '../exchange/opener.ts';
import { createRemedyBook } from '../exchange/remedies.ts';
import { type ExchangeCall, type ExchangeDeps, runExchange } from '../exchange/run-exchange.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { type ProviderDeps, toExchangeDeps } from '../provider-deps.ts';
import { type BedrockClient, openClient } from './client.ts';
import { createBedrockState, decodeBedrock, endBedrock } from './decode.ts';
import { bedrockDialect, encodeBedrock } from './encode.ts';
import { toModels } from './models.ts';
import { BedrockOptions } from './options.ts';
import { type BedrockRemedy, bedrockRemedies } from './remedies.ts';
import { toSetupFailure } from './setup-failure.ts';
import { BedrockModels, BedrockProfiles } from './wire.ts';

export type BedrockSettings = z.input<typeof BedrockOptions> & ProviderDeps;

/**
 * Amazon Bedrock by ConverseStream. Throws `ZodError` for wrong settings at once; the SDK is loaded, keys are looked for
 * and the network is used with the first request. The chain that finds keys reads files and asks addresses of its own.
 */
export function createBedrock(settings: BedrockSettings): ModelProvider {
  const options = BedrockOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'bedrock', secretAccessKey, sessionToken } = options;
  const deps: ExchangeDeps = { service: id, framing: 'event-stream', limits: options, timer };
  const secrets = [...secretsOf(options), ...[secretAccessKey, sessionToken].filter(isStated)];
  const strictFetch = createStrictFetch({ service: id, fetch, secrets });
  const book = createRemedyBook(bedrockRemedies);
  const open = createOpener(() => openClient(options, strictFetch));
  const ask = async (send: (client: BedrockClient) => Promise<Response>): Promise<Response> => {
    try {
      return await send(await open());
    } catch (error) {
      throw toSetupFailure(error, id);
    }
  };
  return {
    id,
    dialect: bedrockDialect,
    stream({ model, ...request }, signal) {
      const attempt = (applied: ReadonlySet<BedrockRemedy>): ReturnType<typeof runExchange> => {
        const encoded = encodeBedrock({ model, ...request }, options, applied);
        const { body, delivery, ...context } = encoded;
        const origin = { dialect: bedrockDialect, provider: id, model };
        const state = createBedrockState({ ...context, service: id, origin });
        const text = JSON.stringify(body);
        const call: ExchangeCall = {
          send: (over) => ask((client) => client.converse({ model, body: text, delivery }, over)),
          decoder: {
            decode: (frame) => decodeBedrock(frame, state),
            end: () => endBedrock(state),
          },
        };
        return runExchange(deps, call, signal);
      };
      return book.stream(model, attempt, signal);
    },
    async models(signal) {
      if (options.models) return options.models;
      const read = <Schema extends z.ZodType>(
        schema: Schema,
        path: string,
        query: Readonly<Record<string, string>>,
      ): Promise<z.output<Schema>> =>
        fetchText(deps, (over) => ask((client) => client.list(path, query, over)), signal).then(
          (text) => readRecord(schema, text, id),
        );
      const models = await read(BedrockModels, '/foundation-models', {});
      const profiles = await readAll((nextToken) =>
        read(BedrockProfiles, '/inference-profiles', { maxResults: '1000', ...nextToken }),
      );
      return toModels(models, profiles);
    },
  };
}

export function isStated(secret: string | undefined): secret is string {
  return secret !== undefined;
}

const mostPages = 20;

async function readAll(
  readPage: (from: { readonly nextToken?: string }) => Promise<BedrockProfiles>,
): Promise<readonly BedrockProfiles[]> {
  const pages = [await readPage({})];
  for (let next = pages[0]?.nextToken; next && pages.length < mostPages;) {
    const page = await readPage({ nextToken: next });
    pages.push(page);
    next = page.nextToken;
  }
  return pages;
}
