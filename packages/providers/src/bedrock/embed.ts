import type { Embedder } from '@cuttle/core-types/ports';
import { secretsOf } from '../common-options.ts';
import { createEmbedder } from '../embedding/create-embedder.ts';
import { fetchWhole } from '../exchange/fetch-text.ts';
import { createOpener } from '../exchange/opener.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { toExchangeDeps } from '../provider-deps.ts';
import { openClient } from './client.ts';
import { readFamily } from './embedding-models.ts';
import { BedrockOptions } from './options.ts';
import { type BedrockSettings, isStated } from './provider.ts';
import { toSetupFailure } from './setup-failure.ts';

/**
 * Embeddings of Titan and Cohere by InvokeModel. Throws `ZodError` for wrong settings at once; the SDK is loaded, keys are looked
 * for and the network is used with the first request.
 */
export function createBedrockEmbedder(settings: BedrockSettings): Embedder {
  const options = BedrockOptions.parse(settings);
  const { fetch, timer } = toExchangeDeps(settings);
  const { id = 'bedrock', secretAccessKey, sessionToken } = options;
  const secrets = [...secretsOf(options), ...[secretAccessKey, sessionToken].filter(isStated)];
  const strictFetch = createStrictFetch({ service: id, fetch, secrets });
  const deps = { service: id, limits: options, timer, maxBytes: options.maxAnswerBytes };
  const open = createOpener(() => openClient(options, strictFetch));
  return createEmbedder({
    id,
    limitsFor: (model) => readFamily(model, id).limits,
    async ask(batch, signal) {
      const { model } = batch;
      const { encode, decode } = readFamily(model, id);
      const body = JSON.stringify(encode(batch));
      const send = async (over: AbortSignal): Promise<Response> => {
        try {
          return await (await open()).invoke({ model, body }, over);
        } catch (error) {
          throw toSetupFailure(error, id);
        }
      };
      return decode(await fetchWhole(deps, send, signal), id);
    },
  });
}
