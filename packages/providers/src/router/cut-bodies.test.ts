import { textOf, userText } from '@cuttle/core-types';
import type { ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import { finish, type ModelScript, text, toolCall } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { describe, expect, it } from 'vitest';
import { createAnthropic } from '../anthropic/provider.ts';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { collectAnswer, textIn } from '../contract/collect-answer.ts';
import { createOpenai } from '../openai/provider.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import { createSceneOf, never } from './route-scene.ts';

const story = 'Three hearts 🐙 and “blue” blood:\n\n- two for the gills,\n- one for the rest.';
const pieces = story.match(/.{1,30}/gsu) ?? [];
const request: ModelRequest = {
  model: 'gpt-5-mini',
  messages: [userText('Tell me')],
  tools: [{ name: 'note', description: 'Notes.', parameters: { type: 'object' } }],
};
const said = [
  ...pieces.map((piece) => text(piece)),
  toolCall('note', { what: 'hearts' }),
  finish(),
];

/** How the next model goes on from what was shown. */
const manners: Readonly<Record<string, (shown: string) => string>> = {
  'goes on': (shown) => story.slice(shown.length),
  'repeats the last 200 characters': (shown) => shown.slice(-200) + story.slice(shown.length),
  'begins anew': () => story,
};

function nextModel(goOn: (shown: string) => string): ModelScript {
  return ({ messages }) => {
    const answer = messages.findLast(({ role }) => role === 'assistant');
    const rest = goOn(answer ? textOf(answer) : '');
    return [
      ...(rest.match(/.{1,5}/gsu) ?? []).map((piece) => text(piece)),
      toolCall('note', { what: 'hearts' }, { callId: 'next' }),
      finish(),
    ];
  };
}

const dialects: Readonly<
  Record<
    string,
    {
      readonly open: typeof openOpenaiServer | typeof openAnthropicServer;
      connect(deps: { readonly baseUrl?: string; readonly fetch?: Fetch }): ModelProvider;
    }
  >
> = {
  openai: {
    open: openOpenaiServer,
    connect: (deps) => createOpenai({ apiKey: 'test-key', ...deps }),
  },
  anthropic: {
    open: openAnthropicServer,
    connect: (deps) => createAnthropic({ apiKey: 'test-key', ...deps }),
  },
};

describe.each(Object.entries(dialects))(
  'an answer of %s, cut after each byte',
  (_name, dialect) => {
    it('is whole, however the next model goes on', async () => {
      const encoded = new TextEncoder().encode(await bodyOf(dialect));
      let body: Uint8Array = encoded;
      const provider = dialect.connect({ fetch: (...call) => bytesFetch({ body })(...call) });
      // One look at the end: thousands of assertions take longer than what they look at.
      const wrong: object[] = [];
      for (let bytes = 0; bytes <= encoded.byteLength; bytes += 1) {
        const [manner, goOn] = Object.entries(manners)[bytes % 3] ?? ['', () => ''];
        body = encoded.subarray(0, bytes);
        const router = createSceneOf(provider, nextModel(goOn));
        const { events, error } = await collectAnswer(router.stream(request, never));
        const calls = events.filter(({ type }) => type === 'tool.call').length;
        const seen = textIn(events);
        const last = events.at(-1)?.type;
        if (error !== undefined || seen !== story || calls !== 1 || last !== 'finish')
          wrong.push({ bytes, manner, error, seen, calls, last });
      }
      expect(encoded.byteLength).toBeGreaterThan(1000);
      expect(wrong).toEqual([]);
    }, 60_000);
  },
);

/** What the service sends for the whole answer. */
async function bodyOf({ open, connect }: (typeof dialects)[string]): Promise<string> {
  await using server = await open({ script: [said], models: [], idSeed: 'cut' });
  let body = '';
  const provider = connect({
    baseUrl: server.url,
    fetch: async (input, init) => {
      const response = await globalThis.fetch(input, init);
      body = await response.clone().text();
      return response;
    },
  });
  await collectAnswer(provider.stream(request, never));
  return body;
}
