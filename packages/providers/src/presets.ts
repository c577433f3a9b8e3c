import { defineProvider, type ProviderDefinition } from './define-provider.ts';
import { OpenaiOptions } from './openai/options.ts';
import { createOpenai } from './openai/provider.ts';
import type { OpenaiQuirks } from './openai/quirks.ts';

/** A service that speaks a dialect of ours: an address and what differs, no code. */
export interface ProviderPreset {
  readonly id: string;
  readonly title: string;
  readonly dialect: 'openai';
  readonly baseUrl: string;
  readonly keyVariable?: string;
  readonly quirks?: Partial<OpenaiQuirks>;
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
  }),
  remote('xai', 'xAI', {
    baseUrl: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    quirks: { maxTokensField: 'max_completion_tokens' },
  }),
  remote('openrouter', 'OpenRouter', {
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    quirks: { thinking: 'reasoning', replayDetails: true, files: true },
  }),
  remote('together', 'Together', {
    baseUrl: 'https://api.together.xyz/v1',
    keyVariable: 'TOGETHER_API_KEY',
  }),
  remote('mistral', 'Mistral', {
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    // "Extra inputs are not permitted" for stream_options; usage comes unasked.
    quirks: { callIds: 'nine-letters', streamUsage: false, thinking: 'none' },
  }),
  remote('deepseek', 'DeepSeek', {
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariable: 'DEEPSEEK_API_KEY',
    // https://api-docs.deepseek.com/guides/thinking_mode: reasoning_content goes back within a turn of tool calls.
    quirks: { replayThinking: 'reasoning_content', images: false, thinking: 'none' },
  }),
  remote('cerebras', 'Cerebras', {
    baseUrl: 'https://api.cerebras.ai/v1',
    keyVariable: 'CEREBRAS_API_KEY',
    quirks: { maxTokensField: 'max_completion_tokens' },
  }),
  remote('fireworks', 'Fireworks', {
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
  }),
  remote('moonshot', 'Moonshot', {
    baseUrl: 'https://api.moonshot.ai/v1',
    keyVariable: 'MOONSHOT_API_KEY',
    quirks: { replayThinking: 'reasoning_content', thinking: 'none' },
  }),
  remote('lmstudio', 'LM Studio', { baseUrl: 'http://127.0.0.1:1234/v1' }),
  remote('vllm', 'vLLM', { baseUrl: 'http://127.0.0.1:8000/v1' }),
  remote('llamacpp', 'llama.cpp', { baseUrl: 'http://127.0.0.1:8080/v1' }),
  remote('litellm', 'LiteLLM', {
    baseUrl: 'http://127.0.0.1:4000/v1',
    keyVariable: 'LITELLM_API_KEY',
  }),
];

/** A preset as a kind of its own: its settings are those of its dialect, with other defaults. */
export function definePreset(preset: ProviderPreset): ProviderDefinition {
  const { id, title, keyVariable, baseUrl, quirks } = preset;
  return defineProvider({
    id,
    title,
    keyVariable,
    options: OpenaiOptions,
    create: (options, deps) =>
      createOpenai({
        ...options,
        ...deps,
        id: options.id ?? id,
        baseUrl: options.baseUrl ?? baseUrl,
        quirks: { ...quirks, ...options.quirks },
      }),
  });
}
