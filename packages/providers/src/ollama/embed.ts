import type { Embedder, EmbeddingRequest } from '@cuttle/core-types/ports';
import type { EmbedRequest } from 'ollama/browser';
import { secretsOf } from '../common-options.ts';
import { createEmbedder } from '../embedding/create-embedder.ts';
import { toCount } from '../exchange/counts.ts';
import { fetchWhole } from '../exchange/fetch-text.ts';
import { readRecord } from '../exchange/read-record.ts';
import { createStrictFetch } from '../exchange/strict-fetch.ts';
import { toExchangeDeps } from '../provider-deps.ts';
import { createSend } from './client.ts';
import { OllamaOptions } from './options.ts';
import type { OllamaSettings } from './provider.ts';
import { OllamaEmbeddings } from './wire.ts';

/** The server states no limit; it works through a request text by text, and the next one waits. */
const batches = { maxTexts: 96, maxCharacters: 200_000 };

/**
 * `POST /api/embed` of Ollama. Throws `ZodError` for wrong settings at once; the SDK is loaded and the network is used
 * with the first request.
 */
export function createOllamaEmbedder(settings: OllamaSettings = {}): Embedder {
  const options = OllamaOptions.parse(settings);
  const { fetch: open, timer } = toExchangeDeps(settings);
  const { id = 'ollama' } = options;
  const fetch = createStrictFetch({ service: id, fetch: open, secrets: secretsOf(options) });
  const send = createSend({ options, fetch });
  const deps = { service: id, limits: options, timer, maxBytes: options.maxAnswerBytes };
  return createEmbedder({
    id,
    limitsFor: () => batches,
    async ask(batch, signal) {
      const request = encodeEmbed(batch, options.keepAlive);
      const { text } = await fetchWhole(
        deps,
        (over) => send((client) => client.embed(request), over),
        signal,
      );
      const { embeddings, prompt_eval_count } = readRecord(OllamaEmbeddings, text, id);
      const inputTokens = prompt_eval_count == null ? undefined : toCount(prompt_eval_count);
      return { vectors: embeddings, format: 'float', inputTokens };
    },
  });
}

/** https://docs.ollama.com/api/embed. By itself the server cuts a text that is too long without a word. */
export function encodeEmbed(
  { model, texts, dimensions }: EmbeddingRequest,
  keepAlive: string | undefined,
): EmbedRequest {
  return {
    model,
    input: [...texts],
    truncate: false,
    ...(keepAlive !== undefined && { keep_alive: keepAlive }),
    ...(dimensions !== undefined && { dimensions }),
  };
}
