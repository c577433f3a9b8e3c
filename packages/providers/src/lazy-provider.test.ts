import { noUsage, userText } from '@cuttle/core-types';
import type { ModelEvent, ModelProvider } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { providerDefinitions } from './definitions.ts';
import { createLazyProvider } from './lazy-provider.ts';

const request = { model: 'm', messages: [userText('Hi')], tools: [] };
const never = new AbortController().signal;

function openLazy(): { provider: ModelProvider; told: string[] } {
  const told: string[] = [];
  const real: ModelProvider = {
    id: 'real',
    dialect: 'd',
    async *stream() {
      told.push('begun');
      try {
        yield { type: 'text.delta', blockId: '0', text: 'Hello' };
        yield { type: 'finish', reason: 'stop', usage: noUsage };
      } finally {
        told.push('closed');
      }
    },
    models: async () => [{ id: 'm' }],
  };
  const load = async (): Promise<ModelProvider> => {
    told.push('loaded');
    return real;
  };
  return { provider: createLazyProvider({ id: 'real', dialect: 'd', load }), told };
}

describe('a provider that is loaded when first used', () => {
  it('loads once, with the first pull', async () => {
    const { provider, told } = openLazy();
    const answer = provider.stream(request, never);
    expect(told).toEqual([]);
    const events: ModelEvent[] = [];
    for await (const event of answer) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(['text.delta', 'finish']);
    expect(await provider.models(never)).toEqual([{ id: 'm' }]);
    expect(told).toEqual(['loaded', 'begun', 'closed']);
  });

  it('is loaded by the next request where it could not be by the first', async () => {
    let tries = 0;
    const provider = createLazyProvider({
      id: 'real',
      dialect: 'd',
      load: async () => {
        tries += 1;
        if (tries === 1) throw new Error('EMFILE: too many open files');
        return openLazy().provider;
      },
    });
    await expect(provider.models(never)).rejects.toThrow('EMFILE');
    expect(await provider.models(never)).toEqual([{ id: 'm' }]);
  });

  it('closes the answer when its reader leaves', async () => {
    const { provider, told } = openLazy();
    for await (const event of provider.stream(request, never))
      if (event.type === 'text.delta') break;
    expect(told).toEqual(['loaded', 'begun', 'closed']);
  });

  it('sends nothing once its reader has left or its caller has aborted', async () => {
    const { provider, told } = openLazy();
    const answer = provider.stream(request, never)[Symbol.asyncIterator]();
    await answer.return?.();
    expect(await answer.next()).toEqual({ done: true, value: undefined });
    const reason = new Error('enough');
    const aborted = provider.stream(request, AbortSignal.abort(reason));
    await expect(aborted[Symbol.asyncIterator]().next()).rejects.toBe(reason);
    expect(told).not.toContain('begun');
  });
});

it.each(providerDefinitions)('$id says the dialect that it speaks', async (definition) => {
  const baseUrl = 'http://127.0.0.1:9/v1';
  const settings = definition.id === 'offline' ? {} : { baseUrl, models: [{ id: 'm' }] };
  const real = await definition.load(definition.options.parse(settings), {});
  const lazy = definition.create(settings, {});
  expect([lazy.id, lazy.dialect]).toEqual([real.id, real.dialect]);
});
