import { defineProvider, type ProviderDefinition } from './define-provider.ts';
import { OpenaiOptions } from './openai/options.ts';
import type { OpenaiQuirks } from './openai/quirks.ts';

/** A service that speaks a dialect of ours: an address and what differs, no code. */
export interface ProviderPreset {
  readonly id: string;
  readonly title: string;
  readonly dialect: 'openai';
  /** Missing where everybody has an address of their own, which the settings then name. */
  readonly baseUrl?: string;
  readonly keyVariable?: string;
  readonly keyHeader?: OpenaiOptions['keyHeader'];
  /** Sent with every request, unless the settings say otherwise. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly quirks?: Partial<OpenaiQuirks>;
  /** There where the service is documented to answer `/embeddings`. */
  readonly embeddings?: {
    /** One that every account has. */
    readonly model?: string;
    /** Where it is documented. */
    readonly source: string;
  };
  /** There where the service is documented to answer `/audio/transcriptions`. */
  readonly transcription?: {
    /** One that every account has. */
    readonly model?: string;
    /** Where it is documented. */
    readonly source: string;
  };
}

const remote = (
  id: string,
  title: string,
  rest: Omit<ProviderPreset, 'id' | 'title' | 'dialect'>,
): ProviderPreset => ({ id, title, dialect: 'openai', ...rest });

export const providerPresets: readonly ProviderPreset[] = [
  remote('groq', 'Groq', {
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    quirks: { maxTokensField: 'max_completion_tokens' },
    transcription: {
      model: 'whisper-large-v3-turbo',
      source: 'https://console.groq.com/docs/speech-to-text',
    },
  }),
  remote('xai', 'xAI', {
    baseUrl: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    quirks: { maxTokensField: 'max_completion_tokens' },
  }),
  remote('openrouter', 'OpenRouter', {
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    // https://openrouter.ai/docs/features/multimodal/audio, https://openrouter.ai/docs/features/multimodal/videos
    quirks: { thinking: 'reasoning', replayDetails: true, files: true, audio: true, video: true },
    embeddings: {
      model: 'openai/text-embedding-3-small',
      source: 'https://openrouter.ai/docs/api/reference/embeddings',
    },
  }),
  remote('together', 'Together', {
    baseUrl: 'https://api.together.xyz/v1',
    keyVariable: 'TOGETHER_API_KEY',
    embeddings: { source: 'https://docs.together.ai/reference/embeddings' },
  }),
  remote('mistral', 'Mistral', {
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    // "Extra inputs are not permitted" for stream_options: https://github.com/openai/openai-agents-python/issues/442. Usage comes
    // unasked. Ids: https://github.com/mistralai/mistral-common/blob/main/src/mistral_common/protocol/instruct/validator.py
    quirks: {
      callIds: 'nine-letters',
      streamUsage: false,
      thinking: 'none',
      dimensionsField: 'output_dimension',
      // "Too many tokens in batch. Max is 16384 got 17555": https://github.com/aurelio-labs/semantic-router/issues/297
      mostCharacters: 16_000,
    },
    embeddings: {
      model: 'mistral-embed',
      source: 'https://docs.mistral.ai/api/endpoint/embeddings',
    },
  }),
  remote('deepseek', 'DeepSeek', {
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariable: 'DEEPSEEK_API_KEY',
    // https://api-docs.deepseek.com/guides/thinking_mode: reasoning_content goes back within a turn of tool calls.
    quirks: { replayThinking: 'reasoning_content', images: false, thinking: 'thinking' },
  }),
  remote('cerebras', 'Cerebras', {
    baseUrl: 'https://api.cerebras.ai/v1',
    keyVariable: 'CEREBRAS_API_KEY',
    quirks: { maxTokensField: 'max_completion_tokens' },
  }),
  remote('fireworks', 'Fireworks', {
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
    embeddings: {
      source:
        'https://docs.fireworks.ai/api-reference/creates-an-embedding-vector-representing-the-input-text',
    },
  }),
  remote('moonshot', 'Moonshot', {
    baseUrl: 'https://api.moonshot.ai/v1',
    keyVariable: 'MOONSHOT_API_KEY',
    quirks: { replayThinking: 'reasoning_content', thinking: 'none' },
  }),
  // https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle: the address ends in /openai/v1 and needs no version;
  // one that ends in /openai/deployments/NAME wants `query: { 'api-version': … }`. Models are named by their deployments.
  remote('azure', 'Azure OpenAI', {
    keyVariable: 'AZURE_OPENAI_API_KEY',
    keyHeader: 'api-key',
    quirks: { maxTokensField: 'max_completion_tokens', vectors: 'base64' },
    embeddings: { source: 'https://learn.microsoft.com/azure/foundry/openai/reference#embeddings' },
  }),
  // https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/reasoning: OpenRouter's words for it.
  remote('vercel', 'Vercel AI Gateway', {
    baseUrl: 'https://ai-gateway.vercel.sh/v1',
    keyVariable: 'AI_GATEWAY_API_KEY',
    quirks: { thinking: 'reasoning', replayDetails: true },
    embeddings: {
      model: 'openai/text-embedding-3-small',
      source: 'https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/embeddings',
    },
  }),
  // "bad request: missing Editor-Version header for IDE auth": https://github.com/BerriAI/litellm/issues/13256. The values are those of
  // a client that the service knows; an older version loses models: https://github.com/anomalyco/opencode/pull/2753. Images would
  // need `copilot-vision-request: true`, which it refuses where there are none.
  remote('github-copilot', 'GitHub Copilot', {
    baseUrl: 'https://api.githubcopilot.com',
    keyVariable: 'COPILOT_GITHUB_TOKEN',
    headers: {
      'copilot-integration-id': 'vscode-chat',
      'editor-version': 'vscode/1.104.1',
      'openai-intent': 'conversation-edits',
    },
    quirks: { images: false },
  }),
  remote('lmstudio', 'LM Studio', {
    baseUrl: 'http://127.0.0.1:1234/v1',
    embeddings: { source: 'https://lmstudio.ai/docs/developer/openai-compat/embeddings' },
  }),
  remote('vllm', 'vLLM', {
    baseUrl: 'http://127.0.0.1:8000/v1',
    embeddings: {
      source: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
    },
  }),
  remote('llamacpp', 'llama.cpp', {
    baseUrl: 'http://127.0.0.1:8080/v1',
    embeddings: {
      source: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
    },
  }),
  remote('litellm', 'LiteLLM', {
    baseUrl: 'http://127.0.0.1:4000/v1',
    keyVariable: 'LITELLM_API_KEY',
    embeddings: { source: 'https://docs.litellm.ai/docs/embedding/supported_embedding' },
  }),
  // Any server that speaks Chat Completions: its address, headers and quirks are the owner's to say.
  remote('custom', 'Any compatible server', {}),
];

/** A preset as a kind of its own: its settings are those of its dialect, with other defaults. */
export function definePreset(preset: ProviderPreset): ProviderDefinition {
  const { id, title, dialect, keyVariable } = preset;
  const { embeddings, transcription } = preset;
  return defineProvider({
    id,
    title,
    dialect,
    keyVariable,
    options: optionsOf(preset),
    async load(options, deps) {
      const { createOpenai } = await import('./openai/provider.ts');
      return createOpenai({ ...withPreset(preset, options), ...deps });
    },
    embeddings: embeddings && {
      model: embeddings.model,
      async load(options, deps) {
        const { createOpenaiEmbedder } = await import('./openai/embed.ts');
        return createOpenaiEmbedder({ ...withPreset(preset, options), ...deps });
      },
    },
    transcription: {
      model: transcription?.model,
      // A server of one's own may have it, whatever its kind; nobody is asked who is not named.
      async load(options, deps) {
        const { createOpenaiTranscriber } = await import('./openai/transcribe.ts');
        return createOpenaiTranscriber({ ...withPreset(preset, options), ...deps });
      },
    },
  });
}

function withPreset(
  { id, baseUrl, headers, quirks }: ProviderPreset,
  options: OpenaiOptions,
): OpenaiOptions {
  return {
    ...options,
    id: options.id ?? id,
    baseUrl: options.baseUrl ?? baseUrl,
    headers: { ...headers, ...options.headers },
    quirks: { ...quirks, ...options.quirks },
  };
}

function optionsOf({ baseUrl, keyHeader }: ProviderPreset): typeof OpenaiOptions {
  const options = keyHeader
    ? OpenaiOptions.extend({ keyHeader: OpenaiOptions.shape.keyHeader.unwrap().default(keyHeader) })
    : OpenaiOptions;
  return baseUrl === undefined
    ? options.refine((stated) => stated.baseUrl !== undefined, {
        path: ['baseUrl'],
        message: 'The address of your own resource is needed here.',
      })
    : options;
}
