import { ModelPrices } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { readFacts, toCatalogue } from '../../catalogue/facts.ts';
import { choicesInEnvironment } from '../detect-providers.ts';
import { providerDefinitions } from '../definitions.ts';
import { findModel } from './find-model.ts';
import { asOf, kinds } from './models.generated.ts';

describe('findModel', () => {
  it('knows a model by its id, with source and date', async () => {
    expect(await findModel('anthropic', 'claude-sonnet-4-5')).toEqual({
      id: 'claude-sonnet-4-5',
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
      inputs: ['text', 'image', 'document'],
      thinking: ['off', 'minimal', 'low', 'medium', 'high', 'max'],
      prices: {
        input: 3_000_000,
        output: 15_000_000,
        cacheRead: 300_000,
        cacheWrite: 3_750_000,
      },
      source: expect.stringContaining('models.dev'),
      asOf: '2026-11-21',
    });
  });

  it.each([
    ['anthropic', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-sonnet-4-0', 'claude-sonnet-4'],
    ['anthropic', 'claude-3-7-sonnet-latest', 'claude-3-7-sonnet'],
    ['openai', 'gpt-4.1-2025-04-14', 'gpt-4.1'],
    ['openai-responses', 'gpt-5-mini', 'gpt-5-mini'],
  ])('takes %s %s for %s', async (kind, id, same) => {
    const { id: shown, ...facts } = (await findModel(kind, id)) ?? {};
    const { id: _id, ...others } = (await findModel(kind.replace(/-responses$/, ''), same)) ?? {};
    expect(shown).toBe(id);
    expect(facts).toEqual(others);
  });

  it('prefers the row of a dated version over that of its model', async () => {
    const [dated, model] = await Promise.all(
      ['gpt-4o-2024-05-13', 'gpt-4o'].map((id) => findModel('openai', id)),
    );
    expect(dated?.prices?.input).toBe(5_000_000);
    expect(model?.prices?.input).toBe(2_500_000);
  });

  it.each([
    ['openai', 'gpt-99'],
    ['openai', 'gpt-5-mini-but-not-it'],
    ['unheard-of', 'gpt-5'],
    ['openai', 'constructor'],
    ['__proto__', 'toString'],
    ['ollama', 'gpt-oss:120b-cloud'],
  ])('knows nothing of %s %s', async (kind, id) => {
    expect(await findModel(kind, id)).toBeUndefined();
  });

  it.each([
    ['openrouter', 'anthropic/claude-opus-4.5', 'anthropic', 'claude-opus-4-5'],
    ['openrouter', 'anthropic/claude-sonnet-4-20250514:nitro', 'anthropic', 'claude-sonnet-4'],
    ['openrouter', 'google/gemini-2.5-pro', 'gemini', 'gemini-2.5-pro'],
    ['openrouter', 'x-ai/grok-4', 'xai', 'grok-4'],
    ['vercel', 'openai/gpt-4.1', 'openai', 'gpt-4.1'],
    ['litellm', 'openai/gpt-4.1-2025-04-14', 'openai', 'gpt-4.1'],
    ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic', 'claude-sonnet-4-5'],
    ['bedrock', 'anthropic.claude-opus-4-8', 'anthropic', 'claude-opus-4-8'],
    ['bedrock', 'us-gov.anthropic.claude-3-haiku-20240307-v1:0', 'anthropic', 'claude-3-haiku'],
    [
      'bedrock',
      'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-opus-4-6-v1',
      'anthropic',
      'claude-opus-4-6',
    ],
  ])('takes the limits of %s %s from its vendor, and no price', async (kind, id, vendor, same) => {
    const { prices: _prices, ...limits } = (await findModel(vendor, same)) ?? { id: 'none' };
    expect(limits.contextWindow).toBeGreaterThan(0);
    expect(await findModel(kind, id, 'http://127.0.0.1:4000/v1')).toEqual({ ...limits, id });
  });

  it('prefers what the reseller itself says, price and limits', async () => {
    const own = await findModel('openrouter', 'anthropic/claude-sonnet-4.5');
    expect(own).toMatchObject({ contextWindow: 1_000_000, prices: { input: 3_000_000 } });
    const european = await findModel('bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0');
    expect(european?.prices?.input).toBe(3_300_000);
    expect((await findModel('github-copilot', 'gpt-4.1'))?.contextWindow).toBe(128_000);
  });

  it.each([
    ['openrouter', 'openrouter/auto'],
    ['openrouter', '__proto__/gpt-5'],
    ['openrouter', 'openai/'],
    ['openrouter', 'a/openai/gpt-5'],
    ['bedrock', 'us.anthropic.'],
    ['bedrock', 'constructor.claude-opus-4-8'],
    ['github-copilot', 'claude-opus-9'],
    ['groq', 'anthropic/claude-sonnet-4.5'],
  ])('makes up nothing of %s %s', async (kind, id) => {
    expect(await findModel(kind, id)).toBeUndefined();
  });

  it('says of a model only what its adapter can send to the service', async () => {
    const of = async (kind: string, id: string): Promise<unknown> =>
      (await findModel(kind, id))?.inputs;
    const documents = kinds['xai']?.models.find(({ inputs }) => inputs?.includes('document'));
    expect(documents?.inputs).toContain('image');
    expect(await of('xai', documents?.id ?? '')).toEqual(['text', 'image']);
    const whole = ['text', 'image', 'audio', 'document', 'video'];
    expect(await of('openrouter', 'google/gemini-3.5-flash')).toEqual(whole);
    expect(await of('gemini', 'gemini-3.5-flash')).toEqual(whole);
  });

  it('knows nothing of the same name at another address', async () => {
    expect(await findModel('openai', 'gpt-5', 'http://127.0.0.1:4000/v1')).toBeUndefined();
    expect(await findModel('openai', 'gpt-5', 'not an address')).toBeUndefined();
    expect(await findModel('openai', 'gpt-5', 'https://api.openai.com/v1')).toBeDefined();
  });

  it('knows that a token on the own machine has no price', async () => {
    expect(await findModel('ollama', 'llama3.2')).toEqual({
      id: 'llama3.2',
      prices: { input: 0, output: 0 },
    });
  });

  it('has a price for what is chosen by itself, where its service publishes one', async () => {
    const keys = {
      ANTHROPIC_API_KEY: 'k',
      OPENAI_API_KEY: 'k',
      XAI_API_KEY: 'k',
      GROQ_API_KEY: 'k',
    };
    const choices = choicesInEnvironment(keys);
    const facts = await Promise.all(choices.map(({ kind, model }) => findModel(kind, model)));
    expect(choices.filter((_choice, at) => facts[at]?.prices === undefined)).toEqual([]);
  });
});

describe('the catalogue', () => {
  it('is what its facts say', () => {
    expect({ asOf, kinds }).toEqual(toCatalogue(readFacts()));
  });

  const rows = Object.entries(kinds).flatMap(([kind, { models }]) =>
    models.map((row) => ({ kind, ...row })),
  );
  it('has each name once, sound prices and a source for each row', () => {
    const names = rows.flatMap(({ kind, id, aliases = [] }) =>
      [id, ...aliases].map((name) => `${kind}/${name}`),
    );
    expect(new Set(names).size).toBe(names.length);
    const odd = rows.filter(
      ({ prices, contextWindow = Infinity, maxOutputTokens = 0, source }) =>
        (prices && !ModelPrices.safeParse(prices).success) ||
        maxOutputTokens > contextWindow ||
        !/^https:\/\/(?:github\.com\/.+\/blob\/[0-9a-f]{40}\/|developers\.openai\.com\/)/.test(
          source,
        ),
    );
    expect(odd).toEqual([]);
  });

  it('names kinds that exist or are about to', () => {
    const known = new Set([...providerDefinitions.map(({ id }) => id), 'gemini']);
    expect(Object.keys(kinds).filter((kind) => !known.has(kind))).toEqual([]);
  });
});
