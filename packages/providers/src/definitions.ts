import { AnthropicOptions } from './anthropic/options.ts';
import { createAnthropic } from './anthropic/provider.ts';
import { BedrockOptions } from './bedrock/options.ts';
import { createBedrock } from './bedrock/provider.ts';
import { defineProvider, type ProviderDefinition } from './define-provider.ts';
import { GeminiOptions } from './gemini/options.ts';
import { createGemini } from './gemini/provider.ts';
import { OfflineOptions } from './offline/options.ts';
import { createOffline } from './offline/provider.ts';
import { OllamaOptions } from './ollama/options.ts';
import { createOllama } from './ollama/provider.ts';
import { OpenaiOptions } from './openai/options.ts';
import { createOpenai } from './openai/provider.ts';
import { OpenaiResponsesOptions } from './openai-responses/options.ts';
import { createOpenaiResponses } from './openai-responses/provider.ts';
import { definePreset, providerPresets } from './presets.ts';

/** Every kind of provider, in the order in which they are offered. */
export const providerDefinitions: readonly ProviderDefinition[] = [
  defineProvider({
    id: 'anthropic',
    title: 'Anthropic',
    keyVariable: 'ANTHROPIC_API_KEY',
    options: AnthropicOptions,
    create: (options, deps) => createAnthropic({ ...options, ...deps }),
  }),
  defineProvider({
    id: 'openai',
    title: 'OpenAI',
    keyVariable: 'OPENAI_API_KEY',
    options: OpenaiOptions,
    create: (options, deps) => createOpenai({ ...options, ...deps }),
  }),
  defineProvider({
    id: 'openai-responses',
    title: 'OpenAI Responses',
    keyVariable: 'OPENAI_API_KEY',
    options: OpenaiResponsesOptions,
    create: (options, deps) => createOpenaiResponses({ ...options, ...deps }),
  }),
  defineProvider({
    id: 'gemini',
    title: 'Google Gemini',
    keyVariable: 'GEMINI_API_KEY',
    options: GeminiOptions,
    create: (options, deps) => createGemini({ ...options, ...deps }),
  }),
  defineProvider({
    id: 'bedrock',
    title: 'Amazon Bedrock',
    keyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
    options: BedrockOptions,
    create: (options, deps) => createBedrock({ ...options, ...deps }),
  }),
  defineProvider({
    id: 'ollama',
    title: 'Ollama',
    options: OllamaOptions,
    create: (options, deps) => createOllama({ ...options, ...deps }),
  }),
  ...providerPresets.map(definePreset),
  defineProvider({
    id: 'offline',
    title: 'Offline',
    options: OfflineOptions,
    create: (options) => createOffline(options),
  }),
];
