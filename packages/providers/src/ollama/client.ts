import type { Json } from '@cuttle/core-types';
import type { ChatRequest, Ollama } from 'ollama/browser';
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

/**
 * Sends with the official SDK and resolves with the answer itself. The SDK hands out parsed records only and drops
 * those that it cannot read, so the answer is taken before it comes to it.
 */
export async function sendCall(
  call: OllamaCall,
  { options, fetch }: { readonly options: OllamaOptions; readonly fetch: Fetch },
  signal: AbortSignal,
): Promise<Response> {
  // The entry for browsers is the same class without Node's file system.
  const { Ollama: Client } = await import('ollama/browser');
  const { baseUrl, apiKey, headers } = options;
  const answer = Promise.withResolvers<Response>();
  const client = new Client({
    host: baseUrl,
    headers: { ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }), ...headers },
    fetch: (input, init) => {
      answer.resolve(fetch(input, { ...init, signal }));
      // Nothing is left for the SDK to read: it waits for an answer until it is forgotten.
      return new Promise<Response>(() => undefined);
    },
  });
  call(client).catch(answer.reject);
  return answer.promise;
}
