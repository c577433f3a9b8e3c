import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { mapSseData, splitEvents } from './body-events.ts';
import { readRecordedCase, type RecordedCase } from './recorded-case.ts';
import {
  openReplayServer,
  outcomeOf,
  type ReplayServer,
  type TransportVariantId,
  variantsOf,
} from './replay-server.ts';
import { deliverAsRecorded, transportVariants } from './transport-variant.ts';

const caseFile = (name: string): string =>
  new URL(`fixtures/${name}.case.json`, import.meta.url).pathname;
const anthropicCase = caseFile('thinking-prompt');
const openaiCase = caseFile('async-chat-completion-multiple-tools-streaming-with-content');
const names = [
  'thinking-prompt',
  'multiple-parallel-tool-calls',
  'async-chat-completion-multiple-tools-streaming-with-content',
  'doc-thinking-stream',
  'doc-502-html',
  'amazon-bedrock-json-tool-3-stream',
];

async function askAnthropic(server: ReplayServer, maxRetries = 0): Promise<Anthropic.Message> {
  const client = new Anthropic({
    baseURL: server.baseUrl('/v1/messages'),
    apiKey: 'k',
    maxRetries,
    logLevel: 'off',
  });
  const stream = client.messages.stream({
    model: 'm',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'x' }],
  });
  return stream.finalMessage();
}

function post(server: ReplayServer, init: RequestInit = {}): Promise<Response> {
  const path = server.recorded.request?.path ?? '/any';
  return fetch(`${server.origin}${path}`, { method: 'POST', body: '{}', ...init });
}

describe('openReplayServer', () => {
  it.each(names)('gives the status, the headers and the bytes of %s', async (name) => {
    await using server = await openReplayServer({ recorded: caseFile(name) });
    const { recorded } = server;

    const response = await post(server);

    expect(response.status).toBe(recorded.status);
    expect(response.headers.get('content-type')).toBe(recorded.headers['content-type']);
    expect(Buffer.from(await response.arrayBuffer()).equals(recorded.body)).toBe(true);
    expect(server.violations).toEqual([]);
    expect(server.requests).toMatchObject([{ method: 'POST', text: '{}' }]);
  });

  it('refuses another path than the recorded one', async () => {
    await using server = await openReplayServer({ recorded: anthropicCase });

    const response = await fetch(`${server.origin}/v1/complete`, { method: 'POST' });

    expect(response.status).toBe(404);
    expect(server.violations).toEqual([
      'Request 1 was POST /v1/complete, recorded was POST /v1/messages',
    ]);
    expect(server.baseUrl('/messages')).toBe(`${server.origin}/v1`);
    expect(() => server.baseUrl('/complete')).toThrow(TypeError);
  });

  it('does not open for a file that is no case', async () => {
    await expect(openReplayServer({ recorded: caseFile('none') })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('variants that a client must not notice', () => {
  const harmless: readonly TransportVariantId[] = [
    'one-chunk',
    'byte-by-byte',
    'chunks-7',
    'crlf-lines',
    'comments',
    'extra-fields',
    'no-space',
    'unknown-event',
    'gzip',
    'content-length',
    'http10-close',
    'slow',
    'retry-then-ok',
  ];

  it.each(harmless)('lets the official SDK of Anthropic read %s', async (variant) => {
    await using server = await openReplayServer({
      recorded: anthropicCase,
      variant,
      pauseMs: 1,
      retryAfterSeconds: 0,
    });

    const message = await askAnthropic(server, 1);

    const text = message.content.findLast((block) => block.type === 'text');
    expect(text?.text).toBe(server.recorded.expected['text']);
    expect(message.usage.output_tokens).toBe(84);
    expect(server.requests.length).toBe(variant === 'retry-then-ok' ? 2 : 1);
  });

  it.each(['byte-by-byte', 'gzip', 'no-done', 'http10-close'] as const)(
    'lets the official SDK of OpenAI read %s',
    async (variant) => {
      await using server = await openReplayServer({ recorded: openaiCase, variant });
      const baseURL = server.baseUrl('/chat/completions');
      const client = new OpenAI({ baseURL, apiKey: 'k', maxRetries: 0 });

      const stream = client.chat.completions.stream({ model: 'm', messages: [] });
      const completion = await stream.finalChatCompletion();

      expect(completion.choices[0]?.message.tool_calls).toMatchObject([
        { function: { name: 'get_current_weather', arguments: '{"location": "Seattle, WA"}' } },
        { function: { arguments: '{"location": "San Francisco, CA"}' } },
      ]);
    },
  );

  it('lets the official SDK of Ollama read one byte at a time', async () => {
    await using server = await openReplayServer({
      recorded: caseFile('doc-thinking-stream'),
      variant: 'byte-by-byte',
    });

    const stream = await new Ollama({ host: server.origin }).chat({ model: 'm', stream: true });
    let text = '';
    for await (const { message } of stream) text += message.content;

    expect(text).toBe('4');
  });
});

describe('variants that a client must survive', () => {
  it.each(['stall', 'cut', 'fin-early', 'html-200', 'garbage-line', 'always-429'] as const)(
    'lets no client take %s for the whole answer',
    async (variant) => {
      await using server = await openReplayServer({ recorded: anthropicCase, variant });
      const stop = new AbortController();

      const half = Math.floor(server.recorded.body.length / 2);
      const response = await post(server, { signal: stop.signal });
      let bytes = 0;
      const read = async (): Promise<string> => {
        // Each read gives what has come so far; a stalled answer gives no more than its half.
        for await (const chunk of response.body ?? []) {
          bytes += chunk.length;
          if (variant === 'stall' && bytes === half) stop.abort();
        }
        return 'ended';
      };
      const ending = await read().catch(() => 'broke');

      const expected = {
        stall: { status: 200, end: 'broke', size: half },
        cut: { status: 200, end: 'broke', size: half },
        'fin-early': { status: 200, end: 'ended', size: half },
        'html-200': { status: 200, end: 'ended', size: 125 },
        'garbage-line': { status: 200, end: 'ended', size: server.recorded.body.length + 18 },
        'always-429': { status: 429, end: 'ended', size: 111 },
      }[variant];
      expect({ end: ending, status: response.status, size: bytes }).toEqual(expected);
    },
  );

  it('sends a follower of redirects to another port, and sees it there', async () => {
    await using server = await openReplayServer({
      recorded: anthropicCase,
      variant: 'redirect-307',
    });

    const kept = await post(server, { redirect: 'manual' });
    expect(kept.status).toBe(307);
    expect(server.strayed).toEqual([]);
    const followed = await post(server);

    expect(followed.status).toBe(200);
    expect(server.strayed).toMatchObject([{ method: 'POST', path: '/v1/messages' }]);
  });

  it('waits for the client to leave in the middle of the answer', async () => {
    await using server = await openReplayServer({ recorded: anthropicCase, variant: 'abort' });
    const stop = new AbortController();

    const response = await post(server, { signal: stop.signal });
    await response.body?.getReader().read();
    stop.abort();
    await server.requests[0]?.settled;

    expect(server.requests[0]?.outcome).toBe('aborted');
  });
});

describe('the variants of every recording', () => {
  const deliveredText = (recorded: RecordedCase, id: keyof typeof transportVariants): string =>
    Buffer.concat([...transportVariants[id].deliver(recorded).writes]).toString('utf8');

  it.each(names)(
    'are those that fit %s, and keep its bytes where they only cut them',
    async (name) => {
      const recorded = await readRecordedCase(caseFile(name));
      const cutOnly = [
        'one-chunk',
        'byte-by-byte',
        'chunks-7',
        'gzip',
        'content-length',
        'slow',
      ] as const;

      const ids = variantsOf(recorded);

      expect(ids).toContain('one-chunk');
      expect(ids.includes('bom')).toBe(recorded.framing === 'sse');
      expect(ids.includes('retry-then-ok')).toBe(recorded.status === 200);
      for (const id of cutOnly) {
        const bytes = Buffer.concat([...transportVariants[id].deliver(recorded).writes]);
        expect(bytes.equals(recorded.body)).toBe(true);
      }
      expect(
        Buffer.concat([...splitEvents(recorded.body, recorded.framing)]).equals(recorded.body),
      ).toBe(true);
      expect(ids.every((id) => ['same', 'same-or-error', 'error'].includes(outcomeOf(id)))).toBe(
        true,
      );
    },
  );

  it('cut event streams at their messages', async () => {
    const recorded = await readRecordedCase(caseFile('amazon-bedrock-json-tool-3-stream'));

    const events = splitEvents(recorded.body, 'event-stream');

    expect(events.length).toBeGreaterThan(3);
    expect(events.every((event) => event.readUInt32BE(0) === event.length)).toBe(true);
  });

  it('write server-sent events in all the ways that the standard allows', async () => {
    const recorded = await readRecordedCase(openaiCase);

    expect(deliveredText(recorded, 'cr-lines')).not.toContain('\n');
    expect(deliveredText(recorded, 'crlf-lines')).not.toMatch(/[^\r]\n/);
    expect(deliveredText(recorded, 'bom')).toMatch(/^\uFEFFdata: /);
    expect(deliveredText(recorded, 'no-done')).not.toContain('[DONE]');
    expect(deliveredText(recorded, 'no-final-blank')).toMatch(/\[DONE\]\n$/);
    expect(deliveredText(recorded, 'no-space')).not.toMatch(/^data: /m);
    expect(deliveredText(recorded, 'comments').match(/^: OPENROUTER PROCESSING$/gm)).toHaveLength(
      20,
    );
    expect(deliveredText(recorded, 'multi-data-lines')).toMatch(/^data: \{\ndata: {2}"id"/);
    expect(deliveredText(recorded, 'extra-fields').match(/"x_future_field"/g)?.length).toBe(
      deliveredText(recorded, 'one-chunk').match(/^data: \{/gm)?.length,
    );
  });

  it('change data without touching what is no object', () => {
    const body = Buffer.from('data: {"a":1}\n\ndata: [DONE]\n\ndata: {broken\n\n');

    const changed = mapSseData(body, (data) => JSON.stringify({ ...data, b: 2 }));

    expect(changed.toString()).toBe('data: {"a":1,"b":2}\n\ndata: [DONE]\n\ndata: {broken\n\n');
  });

  it('leave out the headers that only the wire may set', async () => {
    const recorded = await readRecordedCase(anthropicCase);
    const headers = { ...recorded.headers, 'Content-Length': '3', 'transfer-encoding': 'chunked' };

    const delivery = deliverAsRecorded({ ...recorded, headers });

    expect(Object.keys(delivery.headers)).not.toContain('Content-Length');
    expect(delivery.headers['request-id']).toBe(recorded.headers['request-id']);
  });
});
