import { type Config, configSchema } from '@cuttle/config';
import { describe, expect, it } from 'vitest';
import { chooseEmbedding } from './choose-embedding.ts';
import type { ProviderEntry } from './model-source.ts';

const entry = (kind: string, more: Partial<ProviderEntry> = {}): ProviderEntry => ({
  id: kind,
  kind,
  settings: {},
  models: [],
  ...more,
});
const choose = (
  entries: readonly ProviderEntry[],
  model = 'offline/offline',
  config: Config = configSchema.parse({}),
): string | undefined => chooseEmbedding(config, entries, { ref: model, reason: 'a test' })?.ref;

describe('what texts are embedded with', () => {
  it('is what the configuration says', () => {
    const config = configSchema.parse({ embeddings: { model: 'ollama/nomic-embed-text' } });
    expect(choose([entry('openai')], 'openai/m', config)).toBe('ollama/nomic-embed-text');
  });

  it('is a model that a provider is known to have, that of the default model first', () => {
    const entries = [entry('anthropic'), entry('openai'), entry('gemini')];
    expect(choose(entries, 'gemini/m')).toBe('gemini/gemini-embedding-2');
    expect(choose(entries, 'anthropic/m')).toBe('openai/text-embedding-3-small');
  });

  it('is a model for embeddings that the settings name', () => {
    const entries = [entry('vllm', { models: ['qwen3', 'qwen3-embedding-8b'] })];
    expect(choose(entries, 'vllm/qwen3')).toBe('vllm/qwen3-embedding-8b');
  });

  it('is nothing where nobody is known to embed', () => {
    expect(choose([])).toBeUndefined();
    expect(choose([entry('anthropic'), entry('offline'), entry('groq')])).toBeUndefined();
    const elsewhere = { settings: { baseUrl: 'http://127.0.0.1:9001/v1' } };
    expect(choose([entry('openai', elsewhere)])).toBeUndefined();
    expect(choose([entry('openai-responses', { login: 'default' })])).toBeUndefined();
  });

  it('is no service elsewhere for who answers with a server of their own', () => {
    const entries = [entry('openai'), entry('ollama')];
    expect(choose(entries, 'ollama/qwen3')).toBeUndefined();
    const own = [entry('openai'), entry('ollama', { models: ['qwen3', 'nomic-embed-text'] })];
    expect(choose(own, 'ollama/qwen3')).toBe('ollama/nomic-embed-text');
  });
});
