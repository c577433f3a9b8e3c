import { AnthropicOptions } from './anthropic/options.ts';
import { BedrockOptions } from './bedrock/options.ts';
import { defineProvider, type ProviderDefinition } from './define-provider.ts';
import { GeminiOptions } from './gemini/options.ts';
import { OfflineOptions } from './offline/options.ts';
import { OllamaOptions } from './ollama/options.ts';
import { OpenaiOptions } from './openai/options.ts';
import { OpenaiResponsesOptions } from './openai-responses/options.ts';
import { definePreset, providerPresets } from './presets.ts';

/** Every kind of provider, in the order in which they are offered. */
export const providerDefinitions: readonly ProviderDefinition[] = [
  defineProvider({
    id: 'anthropic',
    title: 'Anthropic',
    dialect: 'anthropic',
    keyVariable: 'ANTHROPIC_API_KEY',
    options: AnthropicOptions,
    async load(options, deps) {
      const { createAnthropic } = await import('./anthropic/provider.ts');
      return createAnthropic({ ...options, ...deps });
    },
  }),
  defineProvider({
    id: 'openai',
    title: 'OpenAI',
    dialect: 'openai',
    keyVariable: 'OPENAI_API_KEY',
    options: OpenaiOptions,
    async load(options, deps) {
      const { createOpenai } = await import('./openai/provider.ts');
      return createOpenai({ ...options, ...deps });
    },
    embeddings: {
      model: 'text-embedding-3-small',
      async load(options, deps) {
        const { createOpenaiEmbedder } = await import('./openai/embed.ts');
        return createOpenaiEmbedder({ ...options, ...deps });
      },
    },
    transcription: {
      model: 'whisper-1',
      async load(options, deps) {
        const { createOpenaiTranscriber } = await import('./openai/transcribe.ts');
        return createOpenaiTranscriber({ ...options, ...deps });
      },
    },
  }),
  defineProvider({
    id: 'openai-responses',
    title: 'OpenAI Responses',
    dialect: 'openai-responses',
    keyVariable: 'OPENAI_API_KEY',
    options: OpenaiResponsesOptions,
    async load(options, deps) {
      const { createOpenaiResponses } = await import('./openai-responses/provider.ts');
      return createOpenaiResponses({ ...options, ...deps });
    },
    embeddings: {
      model: 'text-embedding-3-small',
      async load(options, deps) {
        const { createOpenaiEmbedder } = await import('./openai/embed.ts');
        return createOpenaiEmbedder({ ...options, ...deps, id: options.id ?? 'openai-responses' });
      },
    },
    transcription: {
      model: 'whisper-1',
      async load(options, deps) {
        const { createOpenaiTranscriber } = await import('./openai/transcribe.ts');
        const id = options.id ?? 'openai-responses';
        return createOpenaiTranscriber({ ...options, ...deps, id });
      },
    },
  }),
  defineProvider({
    id: 'gemini',
    title: 'Google Gemini',
    dialect: 'gemini',
    keyVariable: 'GEMINI_API_KEY',
    options: GeminiOptions,
    async load(options, deps) {
      const { createGemini } = await import('./gemini/provider.ts');
      return createGemini({ ...options, ...deps });
    },
    embeddings: {
      model: 'gemini-embedding-2',
      async load(options, deps) {
        const { createGeminiEmbedder } = await import('./gemini/embed.ts');
        return createGeminiEmbedder({ ...options, ...deps });
      },
    },
  }),
  defineProvider({
    id: 'bedrock',
    title: 'Amazon Bedrock',
    dialect: 'bedrock',
    keyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
    options: BedrockOptions,
    async load(options, deps) {
      const { createBedrock } = await import('./bedrock/provider.ts');
      return createBedrock({ ...options, ...deps });
    },
    embeddings: {
      model: 'amazon.titan-embed-text-v2:0',
      async load(options, deps) {
        const { createBedrockEmbedder } = await import('./bedrock/embed.ts');
        return createBedrockEmbedder({ ...options, ...deps });
      },
    },
  }),
  defineProvider({
    id: 'ollama',
    title: 'Ollama',
    dialect: 'ollama',
    options: OllamaOptions,
    async load(options, deps) {
      const { createOllama } = await import('./ollama/provider.ts');
      return createOllama({ ...options, ...deps });
    },
    embeddings: {
      async load(options, deps) {
        const { createOllamaEmbedder } = await import('./ollama/embed.ts');
        return createOllamaEmbedder({ ...options, ...deps });
      },
    },
  }),
  ...providerPresets.map(definePreset),
  defineProvider({
    id: 'offline',
    title: 'Offline',
    dialect: 'offline',
    options: OfflineOptions,
    async load(options) {
      const { createOffline } = await import('./offline/provider.ts');
      return createOffline(options);
    },
  }),
];
