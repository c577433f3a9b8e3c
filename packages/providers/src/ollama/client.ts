import type { Json } from '@cuttle/core-types';
import type { ChatRequest, Ollama } from 'ollama/browser';
import { createOpener } from '../exchange/opener.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import type { OllamaOptions } from './options.ts';

type Body = Readonly<Record<string, Json>>;

/** What is asked of the server, with the official SDK. */
export type OllamaCall = (client: Ollama) => Promise<unknown>;

export function chatCall(body: Body): OllamaCall {
  // Made by `encodeOllama`; the SDK's type wants every field of its options.
  const request = { ...body, stream: true } as unknown as ChatRequest & { stream: true };
  return (client) => client.chat(request);
}

export const listCall: OllamaCall = (client) => client.list();

/** Sends one call; resolves with its answer, of which nothing is read. */
export type OllamaSend = (call: OllamaCall, signal: AbortSignal) => Promise<Response>;

/**
 * Sends with the official SDK, which is loaded with the first call, and resolves with the answer itself. The SDK hands out
 * parsed records only and drops those that it cannot read, so the answer is taken before it comes to it.
 */
export function createSend({
  options: { baseUrl, apiKey, headers: own },
  fetch,
}: {
  readonly options: OllamaOptions;
  readonly fetch: Fetch;
}): OllamaSend {
  const headers = { ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }), ...own };
  const open = createOpener(loadClient);
  return async (call, signal) => {
    const Client = await open();
    const answer = Promise.withResolvers<Response>();
    const client = new Client({
      host: baseUrl,
      headers,
      fetch: (input, init) => {
        answer.resolve(fetch(input, { ...init, signal }));
        // Nothing is left for the SDK to read: it waits for an answer until it is forgotten.
        return new Promise<Response>(() => undefined);
      },
    });
    call(client).catch(answer.reject);
    return answer.promise;
  };
}

/** The entry for browsers is the same class without Node's file system. */
async function loadClient(): Promise<typeof Ollama> {
  return (await import('ollama/browser')).Ollama;
}
