import Anthropic, { APIUserAbortError, RateLimitError } from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import {
  cut,
  endEarly,
  failWith,
  htmlError,
  malformed,
  overloaded,
  rateLimited,
  stall,
  streamError,
  wrongContentType,
} from '../http-fault.ts';
import { finish, text, thinking, toolCall } from '../scripted-turns.ts';
import { openAnthropicServer } from './anthropic-server.ts';
import { signThinking } from './signature.ts';

const model = 'claude-haiku-4-5';
const tools: Anthropic.Tool[] = [
  {
    name: 'add',
    description: 'Adds two numbers.',
    input_schema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
  },
];
const hello: Anthropic.MessageCreateParamsNonStreaming = {
  model,
  max_tokens: 100,
  messages: [{ role: 'user', content: 'hello' }],
};

/** What the SDK says of a body that ended too soon, however it ended. */
const broken = /terminated|ended without|premature|closed|JSON/i;

function clientOf(server: { readonly url: string }, apiKey = 'test-key'): Anthropic {
  return new Anthropic({ baseURL: server.url, apiKey, maxRetries: 0, logLevel: 'off' });
}

describe('the Anthropic server, driven by the official SDK', () => {
  it('streams text in the deltas of the script', async () => {
    await using server = await openAnthropicServer({ script: [[text('Hel'), text('lo')]] });

    const deltas: string[] = [];
    const stream = clientOf(server).messages.stream(hello);
    stream.on('text', (delta) => deltas.push(delta));
    const message = await stream.finalMessage();

    expect(deltas).toEqual(['Hel', 'lo']);
    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 2 },
    });
    server.assertDone();
  });

  it('streams thinking with a signature, parallel tool calls and the given usage', async () => {
    const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 60, cacheWriteTokens: 30 };
    await using server = await openAnthropicServer({
      script: [
        [
          thinking('Let me '),
          thinking('add.'),
          text('Adding.'),
          toolCall('add', { a: 1, b: [2, 'ü'] }, { callId: 'toolu_a' }),
          toolCall('add', {}, { callId: 'toolu_b' }),
          finish('tool-calls', { usage }),
        ],
      ],
    });

    const message = await clientOf(server)
      .messages.stream({ ...hello, tools })
      .finalMessage();

    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'Let me add.', signature: signThinking('Let me add.') },
      { type: 'text', text: 'Adding.' },
      { type: 'tool_use', id: 'toolu_a', name: 'add', input: { a: 1, b: [2, 'ü'] } },
      { type: 'tool_use', id: 'toolu_b', name: 'add', input: {} },
    ]);
    expect(message.stop_reason).toBe('tool_use');
    expect(message.usage).toMatchObject({
      input_tokens: 10,
      output_tokens: 20,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 30,
    });
  });

  it('answers whole with the same content as it streams', async () => {
    const turn = [
      thinking('Hm.'),
      text('a'),
      text('b'),
      toolCall('add', { a: 1 }, { callId: 'c' }),
    ];
    await using server = await openAnthropicServer({ script: [turn, turn] });
    const client = clientOf(server);

    const whole = await client.messages.create({ ...hello, tools });
    const streamed = await client.messages.stream({ ...hello, tools }).finalMessage();

    expect(streamed.content).toMatchObject(whole.content);
    expect(streamed.stop_reason).toBe(whole.stop_reason);
    expect(streamed.usage).toMatchObject(whole.usage);
  });

  it('takes back what it said, and knows its own thinking after a restart', async () => {
    const script = [[thinking('One and two.'), toolCall('add', { a: 1, b: 2 })]];
    await using first = await openAnthropicServer({ script });
    const thought = { thinking: { type: 'enabled', budget_tokens: 1024 } as const };
    const params = { ...hello, ...thought, max_tokens: 2000, tools };
    const message = await clientOf(first).messages.create(params);
    const call = message.content.find((block) => block.type === 'tool_use');
    if (call === undefined) throw new TypeError('No tool call');

    await using second = await openAnthropicServer({ script: [[text('3')]] });
    const answer = await clientOf(second).messages.create({
      ...params,
      messages: [
        ...params.messages,
        { role: 'assistant', content: message.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '3' }] },
      ],
    });

    expect(answer.content).toMatchObject([{ type: 'text', text: '3' }]);
    expect(second.calls[0]?.messages).toEqual([
      { role: 'user', text: 'hello', calls: [], callId: '' },
      {
        role: 'assistant',
        text: '',
        calls: [{ callId: call.id, name: 'add', input: { a: 1, b: 2 } }],
        callId: '',
      },
      { role: 'tool', text: '3', calls: [], callId: call.id },
    ]);
    second.assertDone();
  });

  it('lists models and counts tokens', async () => {
    await using server = await openAnthropicServer({ script: [] });
    const client = clientOf(server);

    const page = await client.models.list();
    const one = await client.models.retrieve(model);
    const { max_tokens: _unused, ...countable } = hello;
    const count = await client.messages.countTokens(countable);

    expect(page.data.map(({ id }) => id)).toContain(model);
    expect(one).toMatchObject({ id: model, max_input_tokens: 200_000 });
    expect(count.input_tokens).toBe(5);
    await expect(client.models.retrieve('none')).rejects.toMatchObject({ status: 404 });
  });

  it('records requests without secrets, and which key they carried', async () => {
    await using server = await openAnthropicServer({
      script: [[text('a')]],
      apiKeys: ['first', 'second'],
    });

    await clientOf(server, 'second').messages.create(hello);

    expect(server.requests).toMatchObject([
      { order: 1, method: 'POST', path: '/v1/messages', keyIndex: 1, status: 200, body: hello },
    ]);
    expect(server.requests[0]?.headers['authorization']).toBe('[secret]');
    expect(JSON.parse(server.requests[0]?.text ?? '')).toEqual(hello);
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('answered');
  });
});

describe('the Anthropic server, refusing', () => {
  it.each([
    {
      what: 'an unknown model',
      change: { model: 'claude-9' },
      status: 404,
      type: 'not_found_error',
      message: 'model: claude-9',
    },
    {
      what: 'no max_tokens',
      change: { max_tokens: undefined },
      status: 400,
      type: 'invalid_request_error',
      message: 'max_tokens: Field required',
    },
    {
      what: 'a prompt beyond the context window',
      change: { messages: [{ role: 'user' as const, content: 'word '.repeat(200_000) }] },
      status: 400,
      type: 'invalid_request_error',
      message: 'prompt is too long: 250003 tokens > 200000 maximum',
    },
  ])('refuses $what', async ({ change, status, type, message }) => {
    await using server = await openAnthropicServer({ script: [] });

    // The SDK's types forbid what the service must refuse.
    const params = { ...hello, ...change } as Anthropic.MessageCreateParamsNonStreaming;
    const failed = clientOf(server).messages.create(params);

    await expect(failed).rejects.toMatchObject({
      status,
      error: { type: 'error', error: { type, message } },
      requestID: expect.stringMatching(/^req_011/),
    });
    expect(server.rejections).toMatchObject([{ status, message }]);
    expect(server.calls).toEqual([]);
  });

  it('refuses a wrong key, a missing one and a missing version', async () => {
    await using server = await openAnthropicServer({ script: [] });
    const body = JSON.stringify(hello);
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${server.url}/v1/messages`, { method: 'POST', body, headers });

    const wrong = clientOf(server, 'nope').messages.create(hello);
    await expect(wrong).rejects.toMatchObject({ status: 401 });
    const missing = await post({ 'anthropic-version': '2023-06-01' });
    const versionless = await post({ 'x-api-key': 'test-key' });
    const odd = await post({ 'x-api-key': 'test-key', 'anthropic-version': '1' });

    expect(missing.status).toBe(401);
    expect(await missing.json()).toMatchObject({
      error: { type: 'authentication_error', message: 'x-api-key header is required' },
    });
    expect(versionless.status).toBe(400);
    expect(await versionless.json()).toMatchObject({
      error: { message: 'anthropic-version: header is required' },
    });
    expect(odd.status).toBe(400);
  });

  it('answers a call that nobody scripted with 500 and remembers it', async () => {
    await using server = await openAnthropicServer({ script: [] });

    await expect(clientOf(server).messages.create(hello)).rejects.toMatchObject({
      status: 500,
      error: { error: { type: 'api_error' } },
    });

    expect(() => server.assertDone()).toThrow(/Call 1 .* is not scripted/);
  });

  it('is not content with turns that nobody asked for', async () => {
    await using server = await openAnthropicServer({ script: [[text('a')], [text('b')]] });
    await clientOf(server).messages.create(hello);

    expect(() => server.assertDone()).toThrow('1 scripted turns were not asked for');
  });

  it('names a broken rule, but no circumstance, when it is asked whether all is well', async () => {
    await using server = await openAnthropicServer({ script: [] });
    const client = clientOf(server, 'test-key');
    await client.messages.create({ ...hello, model: 'claude-9' }).catch(() => undefined);
    server.assertDone();
    await client.messages.create({ ...hello, messages: [] }).catch(() => undefined);

    expect(() => server.assertDone()).toThrow(/at least one message is required/);
  });

  it('treats a script that throws as a call without a turn', async () => {
    await using server = await openAnthropicServer({
      script: () => {
        throw new TypeError('no idea');
      },
    });

    await expect(clientOf(server).messages.create(hello)).rejects.toMatchObject({ status: 500 });

    expect(server.violations).toEqual(['The script failed at call 1: TypeError: no idea']);
  });
});

describe('the Anthropic server, failing as the script says', () => {
  it('answers 429 with retry-after, 529, and HTML from a proxy', async () => {
    await using server = await openAnthropicServer({
      script: [rateLimited(7), overloaded(), htmlError(), failWith(400, { body: 'no' })],
    });
    const client = clientOf(server);
    const failure = async (): Promise<unknown> =>
      client.messages.create(hello).catch((error: unknown) => error);

    const limited = await failure();
    expect(limited).toMatchObject({ status: 429, error: { error: { type: 'rate_limit_error' } } });
    expect(limited).toBeInstanceOf(RateLimitError);
    expect(limited instanceof RateLimitError && limited.headers.get('retry-after')).toBe('7');
    expect(await failure()).toMatchObject({
      status: 529,
      error: { error: { type: 'overloaded_error', message: 'Overloaded' } },
    });
    const html = await failure();
    expect(html).toMatchObject({ status: 502 });
    expect(String(html)).toContain('<h1>502 Bad Gateway</h1>');
    expect(await failure()).toMatchObject({ status: 400 });
  });

  it.each([
    ['cut', cut()],
    ['cut in the middle of an event', cut({ afterBytes: 700 })],
    ['cut after some events', cut({ afterEvents: 4 })],
    ['end too soon', endEarly()],
  ])('breaks a stream: %s', async (_how, fault) => {
    await using server = await openAnthropicServer({ script: [[text('a'), text('b'), fault]] });

    const failed = clientOf(server).messages.stream(hello).finalMessage();

    await expect(failed).rejects.toThrow(broken);
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('cut');
  });

  it('breaks an answer that is not streamed', async () => {
    await using server = await openAnthropicServer({
      script: [
        [text('a'), cut({ afterBytes: 20 })],
        [text('a'), endEarly({ afterBytes: 20 })],
      ],
    });
    const client = clientOf(server);

    await expect(client.messages.create(hello)).rejects.toThrow(broken);
    await expect(client.messages.create(hello)).rejects.toThrow(broken);
  });

  it('stalls until the client leaves, and sees it leave', async () => {
    await using server = await openAnthropicServer({ script: [[text('a'), stall(), text('b')]] });
    const stream = clientOf(server).messages.stream(hello);

    await new Promise((resolve) => void stream.once('text', resolve));
    expect(server.requests[0]?.outcome).toBe('open');
    stream.abort();

    await expect(stream.finalMessage()).rejects.toThrow('aborted');
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('aborted');
  });

  it('says in the stream that something failed', async () => {
    await using server = await openAnthropicServer({ script: [[text('a'), streamError()]] });

    await expect(clientOf(server).messages.stream(hello).finalMessage()).rejects.toMatchObject({
      error: { error: { type: 'overloaded_error', message: 'Overloaded' } },
    });
  });

  it('sends an event that is not JSON', async () => {
    await using server = await openAnthropicServer({
      script: [[text('a'), malformed()], [malformed()]],
    });
    const client = clientOf(server);

    await expect(client.messages.stream(hello).finalMessage()).rejects.toThrow(/JSON/);
    await expect(client.messages.create(hello)).rejects.toThrow(/JSON/);
  });

  it('sends a wrong content type', async () => {
    await using server = await openAnthropicServer({ script: [[wrongContentType(), text('a')]] });

    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'test-key', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ ...hello, stream: true }),
    });

    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toContain('event: message_stop');
  });

  it('waits before the deltas that the script delays', async () => {
    await using server = await openAnthropicServer({
      script: [[text('a'), text('b', { delayMs: 30 })]],
    });

    const message = await clientOf(server).messages.stream(hello).finalMessage();

    expect(message.content).toMatchObject([{ text: 'ab' }]);
    await server.requests[0]?.settled;
    const timing = server.requests[0]?.timing;
    expect((timing?.endedAt ?? 0) - (timing?.receivedAt ?? 0)).toBeGreaterThanOrEqual(29);
  });

  it('tells when calls have arrived', async () => {
    await using server = await openAnthropicServer({ script: [[stall()]] });
    const never = server.untilCalls(2, AbortSignal.abort(new Error('enough')));
    await expect(never).rejects.toThrow('enough');
    const stop = new AbortController();

    const arrived = server.untilCalls(1, stop.signal);
    const lost = clientOf(server)
      .messages.create(hello, { signal: stop.signal })
      .catch((error: unknown) => error);
    await arrived;
    stop.abort();

    expect(await lost).toBeInstanceOf(APIUserAbortError);
  });
});
