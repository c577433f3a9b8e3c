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
      const provider = definition.create(
        {},
        { fetch: () => Promise.reject(new Error('nothing is sent')) },
      );
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
    for (const preset of providerPresets) {
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
    expect(asked).toEqual(providerPresets.map(({ baseUrl }) => `${baseUrl}/models`));
  });
});
