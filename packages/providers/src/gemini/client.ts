import { CuttleError } from '@cuttle/core-types/errors';
import type { Json } from '@cuttle/core-types';
import type {
  BatchEmbedContentsRequest,
  GenerateContentRequest,
  GenerativeModel,
} from '@google/generative-ai';
import { firstKey } from '../common-options.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import type { GeminiOptions } from './options.ts';

/** One service behind its settings: Google's own API, or the project's models at Vertex AI. */
export interface GeminiClient {
  /** Resolves with the answer, of which nothing is read. */
  generate(
    call: { readonly model: string; readonly body: Readonly<Record<string, Json>> },
    signal: AbortSignal,
  ): Promise<Response>;
  /** Several texts at once, of Google's own API. */
  embed(
    call: { readonly model: string; readonly requests: readonly Json[] },
    signal: AbortSignal,
  ): Promise<Response>;
  /** Of Vertex AI, where embeddings are predictions. */
  predict(
    call: { readonly model: string; readonly body: Json },
    signal: AbortSignal,
  ): Promise<Response>;
  listModels(signal: AbortSignal): Promise<Response>;
}

/**
 * The official SDK, loaded here and nowhere else, makes the request: its address, headers and body. It knows no retries,
 * and its time-out is off unless asked for. It would take the answer apart with a pattern that some services' line ends do
 * not match, and put failures into words without their headers; so the answer is taken before it comes to the SDK.
 */
export function createClient(options: GeminiOptions, fetch: Fetch): GeminiClient {
  const { baseUrl, apiVersion, prefix } = addressOf(options);
  const list = options.vertex ? '/publishers/google/models' : '/models';
  const send = async (
    model: string,
    ask: (asked: GenerativeModel) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<Response> => {
    const path = `${prefix}${pathOf(model)}`;
    const { GoogleGenerativeAI } = await import('@google/generative-ai');
    const sdk = new GoogleGenerativeAI(firstKey(options) ?? 'none');
    const asked = sdk.getGenerativeModel({ model: path }, { baseUrl, apiVersion });
    const answer = Promise.withResolvers<Response>();
    const carry: Fetch = (input, init) => {
      const headers = headersOf(options, new Headers(init?.headers));
      answer.resolve(fetch(input, { ...init, headers, signal }));
      // Nothing is left for the SDK to read: it waits for an answer until it is forgotten.
      return new Promise<Response>(() => undefined);
    };
    withFetch(carry, () => ask(asked)).catch(answer.reject);
    return answer.promise;
  };
  return {
    generate({ model, body }, signal) {
      // The encoder writes what the service documents, which has grown past the SDK's own types.
      const request = { ...body } as unknown as GenerateContentRequest;
      return send(model, (asked) => asked.generateContentStream(request), signal);
    },
    embed({ model, requests }, signal) {
      // The same.
      const request = { requests } as unknown as BatchEmbedContentsRequest;
      return send(model, (asked) => asked.batchEmbedContents(request), signal);
    },
    async predict({ model, body }, signal) {
      const headers = headersOf(options, new Headers({ 'content-type': 'application/json' }));
      const url = `${baseUrl}/${apiVersion}/${prefix}${pathOf(model)}:predict`;
      return fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
    },
    async listModels(signal) {
      const headers = headersOf(
        options,
        new Headers({ 'x-goog-api-key': firstKey(options) ?? '' }),
      );
      return fetch(`${baseUrl}/${apiVersion}${list}?pageSize=1000`, { headers, signal });
    },
  };
}

/**
 * The SDK takes no `fetch` but the global one, which it looks up while it is called and before it returns. Nothing else
 * can run in between, so that nobody else ever sees this one. docs/decisions/0023-gemini-sdk.md
 */
function withFetch<Value>(fetch: Fetch, run: () => Value): Value {
  const before = globalThis.fetch;
  globalThis.fetch = fetch;
  try {
    return run();
  } finally {
    globalThis.fetch = before;
  }
}

/** A token excludes a key; the settings' own headers come last. */
function headersOf({ authToken, headers, ...options }: GeminiOptions, made: Headers): Headers {
  if (authToken !== undefined) made.set('authorization', `Bearer ${authToken}`);
  if (authToken !== undefined || firstKey(options) === undefined) made.delete('x-goog-api-key');
  for (const [name, value] of Object.entries(headers)) made.set(name, value);
  return made;
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations: the global endpoint has no location in its name. */
function addressOf({ baseUrl, apiVersion, vertex }: GeminiOptions): {
  readonly baseUrl: string;
  readonly apiVersion: string;
  readonly prefix: string;
} {
  if (!vertex) {
    const own = baseUrl ?? 'https://generativelanguage.googleapis.com';
    return { baseUrl: trimmed(own), apiVersion: apiVersion ?? 'v1beta', prefix: '' };
  }
  const { project, location } = vertex;
  const host = location === 'global' ? '' : `${location}-`;
  return {
    baseUrl: trimmed(baseUrl ?? `https://${host}aiplatform.googleapis.com`),
    apiVersion: apiVersion ?? 'v1beta1',
    prefix: `projects/${project}/locations/${location}/publishers/google/`,
  };
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}

/** `tunedModels/x` is a path; a bare name is one of `models/`. A name that leads elsewhere is none. */
function pathOf(model: string): string {
  const segments = model.split('/');
  if (segments.some((segment) => /^\.{0,2}$/.test(segment))) {
    throw new CuttleError(
      'provider.invalid',
      `${JSON.stringify(model)} is not the name of a model.`,
      {
        hint: '`cuttle model list` shows the models of this provider; choose one of them.',
      },
    );
  }
  const path = segments.map(encodeURIComponent).join('/');
  return segments.length > 1 ? path : `models/${path}`;
}
