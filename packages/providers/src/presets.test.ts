import { userText } from '@cuttle/core-types';
import { text } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collectAnswer, textIn } from './contract/collect-answer.ts';
import { providerDefinitions } from './definitions.ts';
import { definePreset, providerPresets } from './presets.ts';

const signal = new AbortController().signal;

describe('the kinds of providers', () => {
  it('have ids of their own, and make nothing happen when made', () => {
    const ids = providerDefinitions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const definition of providerDefinitions) {
      // Some have no address that is everybody's.
      const isEnough = definition.options.safeParse({}).success;
      const settings = isEnough ? {} : { baseUrl: 'https://a.example/openai/v1' };
      const provider = definition.create(settings, {
        fetch: () => Promise.reject(new Error('nothing is sent')),
      });
      expect(provider.id).toBe(definition.id);
    }
  });

  it('say what is wrong with their settings', () => {
    const openai = providerDefinitions.find(({ id }) => id === 'openai');
    expect(() => openai?.create({ baseUrl: 'ftp://x' }, {})).toThrow(z.ZodError);
    expect(() => openai?.create({ idleTimeoutMs: -1 }, {})).toThrow(/idleTimeoutMs/);
  });

  it('have options that can be shown as a JSON Schema', () => {
    for (const { options } of providerDefinitions)
      expect(z.toJSONSchema(options, { io: 'input' })).toMatchObject({ type: 'object' });
  });
});

describe('a preset', () => {
  it('is an address and quirks, which settings go before', async () => {
    await using server = await openOpenaiServer({ script: [[text('hi')]], models: [] });
    const mistral = providerPresets.filter(({ id }) => id === 'mistral').map(definePreset);
    const settings = { apiKey: 'test-key', baseUrl: server.url };
    const request = { model: 'm', messages: [userText('a')], tools: [], thinking: 'low' as const };
    expect(mistral).toHaveLength(1);
    for (const definition of mistral) {
      const { events } = await collectAnswer(
        definition.create(settings, {}).stream(request, signal),
      );
      expect(textIn(events)).toBe('hi');
    }
    expect(server.requests[0]?.body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'a' }],
      stream: true,
    });
  });

  it('goes to its own address', async () => {
    const asked: string[] = [];
    const presets = providerPresets.filter(({ baseUrl }) => baseUrl !== undefined);
    for (const preset of presets) {
      const provider = definePreset(preset).create(
        { apiKey: 'k' },
        {
          fetch: async (input) => {
            asked.push(input instanceof Request ? input.url : String(input));
            return Response.json({ data: [] });
          },
        },
      );
      await provider.models(signal);
    }
    expect(asked).toEqual(presets.map(({ baseUrl }) => `${baseUrl}/models`));
  });

  it.each([
    ['openai', {}, { max_completion_tokens: 9, prompt_cache_key: 'session' }],
    [
      'openai',
      { quirks: { images: false } },
      { max_completion_tokens: 9, prompt_cache_key: 'session' },
    ],
    [
      'openai',
      { quirks: { cacheKey: false } },
      { max_completion_tokens: 9, prompt_cache_key: undefined },
    ],
    [
      'groq',
      { quirks: { images: false } },
      { max_completion_tokens: 9, prompt_cache_key: undefined },
    ],
    [
      'custom',
      { baseUrl: 'http://127.0.0.1:9/v1' },
      { max_tokens: 9, max_completion_tokens: undefined },
    ],
  ])('keeps what is usual at %s beside %j', async (kind, settings, wanted) => {
    const bodies: unknown[] = [];
    const definition = providerDefinitions.find(({ id }) => id === kind);
    if (!definition) throw new TypeError(`There is no kind "${kind}".`);
    const provider = definition.create(
      { apiKey: 'k', ...settings },
      {
        fetch: async (_input, init) => {
          bodies.push(await new Response(init?.body ?? '').json());
          return new Response('data: [DONE]\n\n');
        },
      },
    );
    const parameters = { maxOutputTokens: 9 };
    const messages = [userText('Hi')];
    const request = { model: 'm', messages, tools: [], cacheKey: 'session', parameters };
    await collectAnswer(provider.stream(request, signal));
    const [sent] = bodies;
    const found = Object.keys(wanted).map((key) => [key, Reflect.get(Object(sent), key)]);
    expect(Object.fromEntries(found)).toEqual(wanted);
  });

  it('asks for the address where everybody has another', () => {
    const azure = providerDefinitions.find(({ id }) => id === 'azure');
    expect(() => azure?.create({ apiKey: 'k' }, {})).toThrow(/baseUrl/);
  });

  it.each([
    {
      id: 'azure',
      settings: { baseUrl: 'https://a.example/openai/v1', query: { 'api-version': 'preview' } },
      url: 'https://a.example/openai/v1/models?api-version=preview',
      headers: { 'api-key': 'k', authorization: null },
    },
    {
      id: 'azure',
      settings: { baseUrl: 'https://a.example/openai/v1', keyHeader: 'authorization' },
      url: 'https://a.example/openai/v1/models',
      headers: { 'api-key': null, authorization: 'Bearer k' },
    },
    {
      id: 'github-copilot',
      settings: { headers: { 'Editor-Version': 'vscode/9' } },
      url: 'https://api.githubcopilot.com/models',
      headers: {
        authorization: 'Bearer k',
        'copilot-integration-id': 'vscode-chat',
        'editor-version': 'vscode/9',
      },
    },
  ])('sends what $id wants to know', async ({ id, settings, url, headers }) => {
    const asked: Request[] = [];
    const provider = providerDefinitions
      .find((definition) => definition.id === id)
      ?.create(
        { apiKey: 'k', ...settings },
        {
          fetch: async (input, init) => {
            asked.push(new Request(input, init));
            return Response.json({ data: [] });
          },
        },
      );
    await provider?.models(signal);
    expect(asked.map((request) => request.url)).toEqual([url]);
    const sent = Object.keys(headers).map((name) => [name, asked[0]?.headers.get(name) ?? null]);
    expect(Object.fromEntries(sent)).toEqual(headers);
  });
});
