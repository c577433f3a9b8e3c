import { readFile } from 'node:fs/promises';
import OpenAI, { APIUserAbortError, RateLimitError } from 'openai';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  cut,
  endEarly,
  htmlError,
  malformed,
  overloaded,
  rateLimited,
  stall,
  streamError,
} from '../http-fault.ts';
import { finish, text, thinking, toolCall } from '../scripted-turns.ts';
import { openOpenaiServer } from './openai-server.ts';

const model = 'gpt-4o-mini';
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'add',
      description: 'Adds two numbers.',
      parameters: { type: 'object', properties: { a: { type: 'number' } } },
    },
  },
];
const hello: OpenAI.ChatCompletionCreateParamsNonStreaming = {
  model,
  messages: [{ role: 'user', content: 'hello' }],
};
const streamed = {
  ...hello,
  stream: true,
  stream_options: { include_usage: true },
} as const satisfies OpenAI.ChatCompletionCreateParamsStreaming;

function clientOf(server: { readonly url: string }, apiKey = 'test-key'): OpenAI {
  return new OpenAI({ baseURL: server.url, apiKey, maxRetries: 0, logLevel: 'off' });
}

async function chunksOf(
  server: { readonly url: string },
  change: object = {},
): Promise<OpenAI.ChatCompletionChunk[]> {
  const stream = await clientOf(server).chat.completions.create({ ...streamed, ...change });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

async function ask(url: string, body?: object): Promise<Response> {
  return fetch(url, {
    headers: { authorization: 'Bearer test-key' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
}

describe('the OpenAI server, driven by the official SDK', () => {
  it('streams text in the deltas of the script, and the usage if asked', async () => {
    await using server = await openOpenaiServer({
      script: [[text('Hel'), text('lo')], [text('Hello')]],
    });

    const chunks = await chunksOf(server);
    const silent = await chunksOf(server, { stream_options: undefined });

    expect(chunks.map(({ choices }) => choices[0]?.delta.content)).toEqual([
      '',
      'Hel',
      'lo',
      undefined,
      undefined,
    ]);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    });
    expect(silent.some((chunk) => 'usage' in chunk)).toBe(false);
    server.assertDone();
  });

  it('streams parallel tool calls in pieces, and the given usage', async () => {
    const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 60, reasoningTokens: 5 };
    await using server = await openOpenaiServer({
      script: [
        [
          toolCall('add', { a: 1, b: [2, 'ü'] }, { callId: 'call_a' }),
          toolCall('add', {}, { callId: 'call_b' }),
          finish('tool-calls', { usage }),
        ],
      ],
    });

    const stream = clientOf(server).chat.completions.stream({ ...streamed, tools });
    const completion = await stream.finalChatCompletion();

    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [
          { id: 'call_a', function: { name: 'add', arguments: '{"a":1,"b":[2,"ü"]}' } },
          { id: 'call_b', function: { name: 'add', arguments: '{}' } },
        ],
      },
    });
    expect(completion.usage).toMatchObject({
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 60 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
  });

  it('answers whole with the same content as it streams', async () => {
    const turn = [text('a'), text('b'), toolCall('add', { a: 1 }, { callId: 'c' })];
    await using server = await openOpenaiServer({ script: [turn, turn] });
    const client = clientOf(server);

    const whole = await client.chat.completions.create({ ...hello, tools });
    const stream = client.chat.completions.stream({ ...streamed, tools });
    const final = await stream.finalChatCompletion();

    expect(whole.choices[0]?.message.content).toBe('ab');
    expect(final.choices[0]?.message).toMatchObject({
      content: whole.choices[0]?.message.content,
      tool_calls: [{ id: 'c', function: { name: 'add', arguments: '{"a":1}' } }],
    });
    expect(final.usage).toEqual(whole.usage);
  });

  it('hides reasoning as OpenAI does, or shows it in the field that others use', async () => {
    const turn = [thinking('Let me '), thinking('see.'), text('4')];
    await using hiding = await openOpenaiServer({ script: [turn] });
    await using showing = await openOpenaiServer({
      script: [turn, turn, [text('ok')]],
      reasoning: 'reasoning_content',
    });
    const client = clientOf(showing);

    const hidden = await chunksOf(hiding);
    const shown = await chunksOf(showing);
    const whole = await client.chat.completions.create(hello);
    const message = { ...whole.choices[0]?.message, annotations: undefined };
    const params = { ...hello, messages: [...hello.messages, message, ...hello.messages] };
    await client.chat.completions.create(params);

    const reasoning = shown.map(({ choices }) => z.unknown().parse(choices[0]?.delta));
    expect(JSON.stringify(hidden)).not.toContain('Let me');
    expect(hidden.at(-1)?.usage?.completion_tokens_details?.reasoning_tokens).toBe(3);
    expect(reasoning).toMatchObject([
      { role: 'assistant' },
      { reasoning_content: 'Let me ' },
      { reasoning_content: 'see.' },
      { content: '4' },
      {},
      undefined,
    ]);
    expect(message).toMatchObject({ reasoning_content: 'Let me see.', content: '4' });
    showing.assertDone();
  });

  it('takes back what it said', async () => {
    await using server = await openOpenaiServer({
      script: [[toolCall('add', { a: 1 })], [text('3')]],
    });
    const client = clientOf(server);
    const first = await client.chat.completions.create({ ...hello, tools });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (message === undefined || call === undefined) throw new TypeError('No tool call');

    await client.chat.completions.create({
      ...hello,
      tools,
      messages: [
        { role: 'system', content: 'Be brief.' },
        ...hello.messages,
        message,
        { role: 'tool', tool_call_id: call.id, content: '3' },
      ],
    });

    expect(server.calls[1]).toMatchObject({
      dialect: 'openai',
      system: 'Be brief.',
      messages: [
        { role: 'user', text: 'hello' },
        { role: 'assistant', calls: [{ callId: call.id, name: 'add', input: { a: 1 } }] },
        { role: 'tool', text: '3', callId: call.id },
      ],
      tools: [{ name: 'add', description: 'Adds two numbers.' }],
    });
    server.assertDone();
  });

  it('lists models', async () => {
    await using server = await openOpenaiServer({ script: [] });
    const client = clientOf(server);

    const page = await client.models.list();

    expect(page.data.map(({ id }) => id)).toContain(model);
    expect(await client.models.retrieve(model)).toMatchObject({ id: model, object: 'model' });
    await expect(client.models.retrieve('none')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });
});

describe('the OpenAI server, held against OpenAI’s specification', () => {
  let schemas: Record<string, unknown> = {};
  beforeAll(async () => {
    const path = new URL('fixtures/openai-answers.schema.json', import.meta.url);
    schemas = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  });
  const schemaOf = (name: string): z.ZodType =>
    z.fromJSONSchema({ ...schemas, $ref: `#/$defs/${name}` });
  it('gives completions, chunks, errors and lists of the specified form', async () => {
    const turn = [text('a'), toolCall('add', { a: 1 })];
    await using server = await openOpenaiServer({ script: [turn, turn] });
    const chat = `${server.url}/chat/completions`;

    const whole: unknown = await (await ask(chat, hello)).json();
    const stream = await (await ask(chat, streamed)).text();
    const error: unknown = await (await ask(chat, {})).json();
    const list: unknown = await (await ask(`${server.url}/models`)).json();

    const events = stream.split('\n\n').map((words) => words.replace(/^data: /, ''));
    expect(events.slice(-2)).toEqual(['[DONE]', '']);
    expect(events.length).toBeGreaterThan(6);
    const chunk = schemaOf('CreateChatCompletionStreamResponse');
    expect(chunk.safeParse({ id: 'x', choices: [{ index: 0 }] }).success).toBe(false);
    for (const words of events.slice(0, -2)) {
      const { usage, ...rest } = z.looseObject({ usage: z.unknown() }).parse(JSON.parse(words));
      // The specification writes `usage` as nullable beside a $ref, which the standard ignores.
      expect(chunk.safeParse(usage === null ? rest : { ...rest, usage }).error).toBeUndefined();
    }
    expect(schemaOf('CreateChatCompletionResponse').safeParse(whole).error).toBeUndefined();
    expect(schemaOf('ErrorResponse').safeParse(error).error).toBeUndefined();
    expect(schemaOf('ListModelsResponse').safeParse(list).error).toBeUndefined();
  });
});

describe('the OpenAI server, refusing', () => {
  it.each([
    {
      what: 'an unknown model',
      change: { model: 'gpt-9' },
      expected: { status: 404, code: 'model_not_found', type: 'invalid_request_error' },
    },
    {
      what: 'no messages',
      change: { messages: [] },
      expected: { status: 400, code: 'empty_array', param: 'messages' },
    },
    {
      what: 'a prompt beyond the context window',
      change: { messages: [{ role: 'user' as const, content: 'word '.repeat(110_000) }] },
      expected: {
        status: 400,
        code: 'context_length_exceeded',
        message:
          "400 This model's maximum context length is 128000 tokens. However, your messages resulted in 137503 tokens. Please reduce the length of the messages.",
      },
    },
  ])('refuses $what', async ({ change, expected }) => {
    await using server = await openOpenaiServer({ script: [] });

    const failed = clientOf(server).chat.completions.create({ ...hello, ...change });

    await expect(failed).rejects.toMatchObject(expected);
    expect(server.rejections).toMatchObject([{ status: expected.status }]);
  });

  it('refuses a wrong key, no key and a path that is not there', async () => {
    await using server = await openOpenaiServer({ script: [] });

    await expect(clientOf(server, 'nope').chat.completions.create(hello)).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    const missing = await fetch(`${server.url}/models`);
    const nowhere = await fetch(`${server.url}/nothing`, {
      headers: { authorization: 'Bearer test-key' },
    });
    const broken = await fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key' },
      body: '{',
    });

    expect(missing.status).toBe(401);
    expect(await missing.json()).toMatchObject({ error: { code: null } });
    expect(nowhere.status).toBe(404);
    expect(broken.status).toBe(400);
  });

  it('answers a call that nobody scripted with 500 and remembers it', async () => {
    await using server = await openOpenaiServer({ script: [] });

    await expect(clientOf(server).chat.completions.create(hello)).rejects.toMatchObject({
      status: 500,
      type: 'server_error',
    });

    expect(() => server.assertDone()).toThrow(/Call 1 .* is not scripted/);
  });
});

describe('the OpenAI server, failing as the script says', () => {
  it('answers 429 with retry-after, an overload, and HTML from a proxy', async () => {
    await using server = await openOpenaiServer({
      script: [rateLimited(7), overloaded(), htmlError()],
    });
    const client = clientOf(server);
    const failure = async (): Promise<unknown> =>
      client.chat.completions.create(hello).catch((error: unknown) => error);

    const limited = await failure();

    expect(limited).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(limited instanceof RateLimitError && limited.headers.get('retry-after')).toBe('7');
    expect(await failure()).toMatchObject({ status: 529, type: 'server_error' });
    expect(await failure()).toMatchObject({ status: 502 });
  });

  it.each([
    ['cut', cut()],
    ['cut in the middle of an event', cut({ afterBytes: 300 })],
    ['cut after some events', cut({ afterEvents: 2 })],
  ])('breaks a stream: %s', async (_how, fault) => {
    await using server = await openOpenaiServer({ script: [[text('a'), text('b'), fault]] });

    await expect(chunksOf(server)).rejects.toThrow(/terminated|closed|premature/i);

    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('cut');
  });

  it('ends a stream too soon, without a finish reason', async () => {
    await using server = await openOpenaiServer({ script: [[text('a'), endEarly()]] });

    const chunks = await chunksOf(server);

    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null]);
  });

  it('stalls until the client leaves, and sees it leave', async () => {
    await using server = await openOpenaiServer({ script: [[text('a'), stall(), text('b')]] });
    const stop = new AbortController();

    const stream = await clientOf(server).chat.completions.create(streamed, {
      signal: stop.signal,
    });
    const seen: unknown[] = [];
    for await (const { choices } of stream) {
      seen.push(choices[0]?.delta.content);
      if (seen.length === 2) stop.abort();
    }

    expect(seen).toEqual(['', 'a']);
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('aborted');
  });

  it('never answers a call that is not streamed', async () => {
    await using server = await openOpenaiServer({ script: [[stall()]] });
    const stop = new AbortController();

    const lost = clientOf(server)
      .chat.completions.create(hello, { signal: stop.signal })
      .catch((error: unknown) => error);
    await server.untilCalls(1, stop.signal);
    stop.abort();

    expect(await lost).toBeInstanceOf(APIUserAbortError);
  });

  it('says in the stream that something failed, and sends an event that is not JSON', async () => {
    await using server = await openOpenaiServer({
      script: [
        [text('a'), streamError('Overloaded', 'server_error')],
        [text('a'), malformed()],
        [streamError()],
      ],
    });

    await expect(chunksOf(server)).rejects.toMatchObject({
      error: { type: 'server_error', message: 'Overloaded' },
    });
    await expect(chunksOf(server)).rejects.toThrow(/JSON/);
    await expect(clientOf(server).chat.completions.create(hello)).rejects.toMatchObject({
      status: 500,
    });
  });
});
