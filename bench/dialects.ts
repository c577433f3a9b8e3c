import { Worker } from 'node:worker_threads';
import { Anthropic } from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import type { ModelProvider } from '@cuttle/core-types/ports';
import { createAnthropic } from '@cuttle/providers/anthropic';
import { createBedrock } from '@cuttle/providers/bedrock';
import { createGemini } from '@cuttle/providers/gemini';
import { createOllama } from '@cuttle/providers/ollama';
import { createOpenai } from '@cuttle/providers/openai';
import { createOpenaiResponses } from '@cuttle/providers/openai-responses';
import { GoogleGenerativeAI } from '@google/generative-ai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Ollama } from 'ollama/browser';
import { OpenAI } from 'openai';

const apiKey = 'test-key';

/** Asks for an answer of so many words, as the service's own documents show it; yields whatever the SDK does. */
export type BareCall = (words: number) => AsyncIterable<unknown>;

/** One wire: the vendor's SDK as it comes, and our adapter of it. */
export interface BenchDialect {
  readonly id: string;
  readonly model: string;
  /** The vendor's SDK with its retries off, as ours are. */
  bare(url: string, model: string): BareCall;
  connect(url: string, fetch?: typeof globalThis.fetch): ModelProvider;
}

export const benchDialects: readonly BenchDialect[] = [
  {
    id: 'anthropic',
    model: 'claude-haiku-4-5',
    bare(baseURL, model) {
      const client = new Anthropic({ apiKey, baseURL, maxRetries: 0 });
      return async function* (words: number) {
        yield* await client.messages.create({
          model,
          max_tokens: 32_000,
          messages: [{ role: 'user', content: `${words}` }],
          stream: true,
        });
      };
    },
    connect: (baseUrl, fetch) => createAnthropic({ apiKey, baseUrl, fetch }),
  },
  {
    id: 'openai',
    model: 'gpt-4o-mini',
    bare(baseURL, model) {
      const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 });
      return async function* (words: number) {
        yield* await client.chat.completions.create({
          model,
          messages: [{ role: 'user', content: `${words}` }],
          stream: true,
          stream_options: { include_usage: true },
        });
      };
    },
    connect: (baseUrl, fetch) => createOpenai({ apiKey, baseUrl, fetch }),
  },
  {
    id: 'openai-responses',
    model: 'gpt-4o-mini',
    bare(baseURL, model) {
      const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 });
      return async function* (words: number) {
        yield* await client.responses.create({
          model,
          input: `${words}`,
          store: false,
          stream: true,
        });
      };
    },
    connect: (baseUrl, fetch) => createOpenaiResponses({ apiKey, baseUrl, fetch }),
  },
  {
    id: 'gemini',
    model: 'gemini-2.5-flash',
    bare(baseUrl, id) {
      const client = new GoogleGenerativeAI(apiKey);
      const model = client.getGenerativeModel({ model: id }, { baseUrl });
      return async function* (words: number) {
        yield* (await model.generateContentStream(`${words}`)).stream;
      };
    },
    connect: (baseUrl, fetch) => createGemini({ apiKey, baseUrl, fetch }),
  },
  {
    id: 'bedrock',
    model: 'us.amazon.nova-lite-v1:0',
    bare(endpoint, model) {
      const client = new BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint,
        token: { token: apiKey },
        authSchemePreference: ['httpBearerAuth'],
        maxAttempts: 1,
        // Its own speaks HTTP/2 only.
        requestHandler: new NodeHttpHandler(),
      });
      return async function* (words: number) {
        const messages = [{ role: 'user' as const, content: [{ text: `${words}` }] }];
        const command = new ConverseStreamCommand({ modelId: model, messages });
        yield* (await client.send(command)).stream ?? [];
      };
    },
    connect: (baseUrl, fetch) => createBedrock({ apiKey, baseUrl, fetch }),
  },
  {
    id: 'ollama',
    model: 'llama3.2',
    bare(host, model) {
      const client = new Ollama({ host });
      return async function* (words: number) {
        const messages = [{ role: 'user', content: `${words}` }];
        yield* await client.chat({ model, messages, stream: true });
      };
    },
    connect: (baseUrl, fetch) => createOllama({ baseUrl, fetch }),
  },
];

/** The testkit's server of a dialect in a thread of its own, so that its work is not the client's. */
export interface DialectServer extends AsyncDisposable {
  readonly url: string;
}

export async function startDialect(dialect: string): Promise<DialectServer> {
  const worker = new Worker(new URL('./dialect-worker.ts', import.meta.url), {
    workerData: { dialect },
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  worker.once('message', resolve);
  worker.once('error', reject);
  const url = await promise;
  return {
    url,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
