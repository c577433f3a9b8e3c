import type { ModelProvider } from '@cuttle/core-types/ports';
import type { ModelServer, Script } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openBedrockServer } from '@cuttle/testkit/bedrock';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openOpenaiResponsesServer } from '@cuttle/testkit/openai-responses';
import { createAnthropic } from '../anthropic/provider.ts';
import { createBedrock } from '../bedrock/provider.ts';
import { createGemini } from '../gemini/provider.ts';
import { createOllama } from '../ollama/provider.ts';
import { createOpenai } from '../openai/provider.ts';
import { createOpenaiResponses } from '../openai-responses/provider.ts';

type Fetch = typeof globalThis.fetch;

/** A dialect with the testkit's server of it, which is as strict as the service, and models that it serves. */
export interface SpokenDialect {
  readonly id: string;
  readonly models: readonly [string, ...string[]];
  serve(script: Script): Promise<ModelServer>;
  /** Through `fetch`, where it is given. */
  connect(server: ModelServer, deps?: { readonly fetch: Fetch }): ModelProvider;
}

const apiKey = 'test-key';

/** The wire dialects of this package, for what must hold for each of them. */
export const spokenDialects: readonly SpokenDialect[] = [
  {
    id: 'anthropic',
    models: ['claude-sonnet-4-5', 'claude-opus-4-8'],
    serve: (script) => openAnthropicServer({ script, turns: 'alternating' }),
    connect: ({ url: baseUrl }, deps) => createAnthropic({ apiKey, baseUrl, ...deps }),
  },
  {
    id: 'bedrock',
    models: [
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'us.anthropic.claude-opus-4-8',
      'us.amazon.nova-lite-v1:0',
    ],
    serve: (script) => openBedrockServer({ script }),
    connect: ({ url: baseUrl }, deps) => createBedrock({ apiKey, baseUrl, ...deps }),
  },
  {
    id: 'gemini',
    models: ['gemini-3-flash-preview', 'gemini-2.5-flash'],
    serve: (script) => openGeminiServer({ script }),
    connect: ({ url: baseUrl }, deps) => createGemini({ apiKey, baseUrl, ...deps }),
  },
  {
    id: 'ollama',
    models: ['qwen3'],
    serve: (script) => openOllamaServer({ script }),
    connect: ({ url: baseUrl }, deps) => createOllama({ baseUrl, ...deps }),
  },
  {
    id: 'openai',
    models: ['gpt-5-mini', 'gpt-4o-mini'],
    serve: (script) => openOpenaiServer({ script, reasoning: 'reasoning_content' }),
    connect: ({ url: baseUrl }, deps) => createOpenai({ apiKey, baseUrl, ...deps }),
  },
  {
    id: 'openai-responses',
    models: ['gpt-5-mini', 'gpt-5.5'],
    serve: (script) => openOpenaiResponsesServer({ script }),
    connect: ({ url: baseUrl }, deps) => createOpenaiResponses({ apiKey, baseUrl, ...deps }),
  },
];
