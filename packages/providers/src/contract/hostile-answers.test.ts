import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Message, userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { bytesFetch } from './bytes-fetch.ts';
import { collectAnswer, type CollectedAnswer, textIn } from './collect-answer.ts';
import { type Voice, voiceOf, voices } from './voices.ts';

const signal = new AbortController().signal;
const request: ModelRequest = { model: 'm', messages: [userText('hi')], tools: [] };

function ask(
  voice: Voice,
  body: Uint8Array,
  {
    pieceBytes,
    messages = request.messages,
  }: { pieceBytes?: number; messages?: readonly Message[] } = {},
): Promise<CollectedAnswer> {
  const provider = voice.connect({ fetch: bytesFetch({ body }, pieceBytes) });
  return collectAnswer(provider.stream({ ...request, messages }, signal));
}

function callsIn({ events }: CollectedAnswer): readonly { callId: string; input: unknown }[] {
  return events.filter((event) => event.type === 'tool.call');
}

describe.each(voices.map((voice) => [voice.id, voice] as const))('%s', (id, voice) => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'nobody-knows'])(
    'takes a word that it does not know for the usual end, whatever the word: %s',
    async (word) => {
      const { events, error } = await ask(voice, voice.ended(word));
      expect(error).toBeUndefined();
      expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
      expect(textIn(events)).toBe('hi');
      expect(structuredClone(events)).toEqual(events);
    },
  );

  it('tells calls of one id apart, and from all before them', async () => {
    const body = voice.calling(
      { id: 'again', name: 'look', input: { at: 1 } },
      { id: 'again', name: 'look', input: { at: 2 } },
      { id: '', name: 'look', input: { at: 3 } },
    );
    const before: Message = {
      role: 'assistant',
      parts: [{ type: 'tool-call', callId: 'again', name: 'look', input: {} }],
    };
    const answer = await ask(voice, body, { messages: [userText('hi'), before] });
    const calls = callsIn(answer);
    expect(answer.error).toBeUndefined();
    expect(calls.map(({ input }) => input)).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
    const ids = new Set(calls.map(({ callId }) => callId));
    expect([ids.size, ids.has('again'), ids.has('')]).toEqual([3, false, false]);
  });

  it('reads arguments that come in halves of characters', async () => {
    const input = { at: 'Zürich 🙂', ключ: '鍵' };
    const body = voice.calling({ id: 'c1', name: 'look', input });
    for (const pieceBytes of [1, 2, 3])
      expect(callsIn(await ask(voice, body, { pieceBytes }))).toMatchObject([{ input }]);
  });

  it('ends an answer of calls without number', async () => {
    const call = { id: 'c', name: 'look', input: {} };
    const body = voice.calling(...Array.from({ length: 20_000 }, () => call));
    expect((await ask(voice, body)).error).toMatchObject({ code: 'provider.malformed' });
  });

  it('knows a failure by its status where its words cannot be read', async () => {
    const provider = voice.connect({
      fetch: async () => {
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('{"error":')),
          pull: (controller) => controller.error(new TypeError('terminated')),
        });
        return new Response(body, { status: 401 });
      },
    });
    const { error } = await collectAnswer(provider.stream(request, signal));
    expect(error).toMatchObject({ code: 'provider.auth', details: { status: 401 } });
  });

  it.each([301, 302, 303, 307, 308])(
    'sends its key to nobody who is named by a %i',
    async (status) => {
      const seen: string[] = [];
      const other = createServer((asked, answer) => {
        seen.push(`${asked.url} ${asked.headers.authorization}`);
        answer.end();
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const service = createServer((_asked, answer) => {
        answer.writeHead(status, { location: `http://127.0.0.1:${portOf(other)}/stolen` }).end();
      });
      await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
      try {
        const provider = voice.connect({ baseUrl: `http://127.0.0.1:${portOf(service)}` });
        const { error } = await collectAnswer(provider.stream(request, signal));
        expect(error).toMatchObject({ code: 'provider.invalid' });
        await expect(provider.models(signal)).rejects.toMatchObject({ code: 'provider.invalid' });
        expect(seen).toEqual([]);
      } finally {
        for (const server of [other, service]) {
          server.closeAllConnections();
          server.close();
        }
      }
    },
  );

  it('shows no secret of its headers that the service repeats', async () => {
    const provider = voice.connect({
      headers: { 'cf-access-client-secret': 'f00d-f00d-f00d' },
      fetch: async () => new Response('{"message":"f00d-f00d-f00d is wrong"}', { status: 403 }),
    });
    const { error } = await collectAnswer(provider.stream(request, signal));
    expect(String(error)).toMatch(/\*\*\* is wrong/);
    expect(id).not.toBe('offline');
  });
});

describe('Anthropic', () => {
  it('shows the text of a block whose start never came', async () => {
    const voice = voiceOf('anthropic');
    const body = voice.frame(
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'hi' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    );
    const answer = await ask(voice, body);
    expect(answer.events).toMatchObject([
      { type: 'thinking.delta', text: 'hm' },
      { type: 'thinking.end' },
      { type: 'text.delta', text: 'hi' },
      { type: 'finish', reason: 'stop' },
    ]);
  });
});

describe('OpenAI', () => {
  it('calls an answer that the model refused filtered', async () => {
    const voice = voiceOf('openai');
    const body = voice.frame(
      { choices: [{ delta: { refusal: 'I cannot ' } }] },
      { choices: [{ delta: { refusal: 'do that.' } }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }] },
    );
    const { events } = await ask(voice, body);
    expect(textIn(events)).toBe('I cannot do that.');
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'filtered' });
  });

  it('reads calls without place or number in time', async () => {
    const calls = Array.from({ length: 100_000 }, (_, at) => ({
      id: `c${at}`,
      function: { name: 'look' },
    }));
    const body = voiceOf('openai').frame({ choices: [{ delta: { tool_calls: calls } }] });
    expect((await ask(voiceOf('openai'), body)).error).toMatchObject({
      code: 'provider.malformed',
    });
  });
});

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('It does not listen.');
  return address.port;
}
