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
  wrongContentType,
} from '../http-fault.ts';
import { finish, text, thinking, toolCall } from '../scripted-turns.ts';
import { openOpenaiResponsesServer } from './openai-responses-server.ts';

const model = 'gpt-5-mini';
const tools: OpenAI.Responses.FunctionTool[] = [
  {
    type: 'function',
    name: 'add',
    description: 'Adds two numbers.',
    parameters: { type: 'object', properties: { a: { type: 'number' } } },
    strict: false,
  },
];
const hello = { model, input: 'hello', store: false } as const;
const streamed = { ...hello, stream: true } as const;
const thoughtful = {
  ...hello,
  include: ['reasoning.encrypted_content'],
  reasoning: { effort: 'low', summary: 'auto' },
} satisfies OpenAI.Responses.ResponseCreateParams;

function clientOf(server: { readonly url: string }, apiKey = 'test-key'): OpenAI {
  return new OpenAI({ baseURL: server.url, apiKey, maxRetries: 0, logLevel: 'off' });
}

async function eventsOf(
  server: { readonly url: string },
  change: Partial<OpenAI.Responses.ResponseCreateParamsStreaming> = {},
): Promise<OpenAI.Responses.ResponseStreamEvent[]> {
  const stream = await clientOf(server).responses.create({ ...streamed, ...change });
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

async function ask(url: string, body?: object): Promise<Response> {
  return fetch(url, {
    headers: { authorization: 'Bearer test-key' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
}

describe('the Responses server, driven by the official SDK', () => {
  it('streams text in the deltas of the script', async () => {
    await using server = await openOpenaiResponsesServer({ script: [[text('Hel'), text('lo')]] });

    const events = await eventsOf(server);

    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.at(-1)).toMatchObject({
      response: { status: 'completed', usage: { input_tokens: 5, output_tokens: 2 } },
    });
    server.assertDone();
  });

  it('streams a reasoning and parallel calls in pieces, and the given usage', async () => {
    const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 60, reasoningTokens: 5 };
    await using server = await openOpenaiResponsesServer({
      script: [
        [
          thinking('Let me '),
          thinking('see.'),
          toolCall('add', { a: 1, b: [2, 'ü'] }, { callId: 'call_a' }),
          toolCall('add', {}, { callId: 'call_b' }),
          finish('tool-calls', { usage }),
        ],
      ],
    });

    const stream = clientOf(server).responses.stream({ ...thoughtful, tools, stream: true });
    const response = await stream.finalResponse();

    expect(response.output).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me see.' }] },
      { type: 'function_call', call_id: 'call_a', arguments: '{"a":1,"b":[2,"ü"]}' },
      { type: 'function_call', call_id: 'call_b', arguments: '{}' },
    ]);
    expect(response.usage).toMatchObject({
      input_tokens: 100,
      output_tokens: 20,
      input_tokens_details: { cached_tokens: 60 },
      output_tokens_details: { reasoning_tokens: 5 },
    });
  });

  it('answers whole with the same items as it streams', async () => {
    const turn = [text('a'), text('b'), toolCall('add', { a: 1 }, { callId: 'c' })];
    await using server = await openOpenaiResponsesServer({ script: [turn, turn] });
    const client = clientOf(server);

    const whole = await client.responses.create({ ...hello, tools });
    const final = await client.responses.stream({ ...streamed, tools }).finalResponse();

    expect(whole.output_text).toBe('ab');
    expect(final.output_text).toBe('ab');
    expect(final.usage).toEqual(whole.usage);
  });

  it('shows a reasoning only if asked, and seals it only if asked', async () => {
    const turn = [thinking('Let me see.'), text('4')];
    await using server = await openOpenaiResponsesServer({ script: [turn, turn] });
    const client = clientOf(server);

    const hidden = await client.responses.create(hello);
    const shown = await client.responses.create(thoughtful);

    expect(JSON.stringify(hidden)).not.toContain('Let me see.');
    expect(hidden.output[0]).not.toHaveProperty('encrypted_content');
    expect(hidden.usage?.output_tokens_details.reasoning_tokens).toBe(3);
    expect(shown.output[0]).toMatchObject({ encrypted_content: expect.stringMatching(/^gAAAAAB/) });
  });

  it('takes back what it said, and tells in neutral words what that was', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [[thinking('Hm.'), text('One moment.'), toolCall('add', { a: 1 })], [text('3')]],
    });
    const client = clientOf(server);
    const first = await client.responses.create({ ...thoughtful, tools });
    const call = first.output.find((item) => item.type === 'function_call');
    if (call === undefined) throw new TypeError('No function call');
    const question = { role: 'user', content: 'hello' } as const;
    // What comes out goes in again: the types of the SDK have more output items than input items.
    const said = first.output as OpenAI.Responses.ResponseInputItem[];

    await client.responses.create({
      ...thoughtful,
      tools,
      instructions: 'Be brief.',
      input: [
        question,
        ...said,
        { type: 'function_call_output', call_id: call.call_id, output: '3' },
      ],
    });

    expect(server.calls[1]).toMatchObject({
      dialect: 'openai-responses',
      system: 'Be brief.',
      messages: [
        { role: 'user', text: 'hello' },
        {
          role: 'assistant',
          text: 'One moment.',
          calls: [{ callId: call.call_id, name: 'add', input: { a: 1 } }],
        },
        { role: 'tool', text: '3', callId: call.call_id },
      ],
      tools: [{ name: 'add', description: 'Adds two numbers.' }],
    });
    server.assertDone();
  });

  it('says the phase of a message where the model has one', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [[text('One moment.'), toolCall('add')], [text('3')]],
    });
    const client = clientOf(server);

    const first = await client.responses.create({ ...hello, model: 'gpt-5.5', tools });
    const second = await client.responses.create({ ...hello, model: 'gpt-5.5' });

    expect(first.output[0]).toMatchObject({ phase: 'commentary' });
    expect(second.output[0]).toMatchObject({ phase: 'final_answer' });
  });

  it.each([
    ['length', 'max_output_tokens'],
    ['filtered', 'content_filter'],
  ] as const)('is incomplete at %s', async (reason, stated) => {
    await using server = await openOpenaiResponsesServer({ script: [[text('a'), finish(reason)]] });

    const events = await eventsOf(server);

    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: stated } },
    });
  });

  it('lists models', async () => {
    await using server = await openOpenaiResponsesServer({ script: [] });
    const client = clientOf(server);

    const page = await client.models.list();

    expect(page.data.map(({ id }) => id)).toContain(model);
    await expect(client.models.retrieve('none')).rejects.toMatchObject({ status: 404 });
  });
});

describe('the Responses server, held against OpenAI’s specification', () => {
  let schemas: Record<string, unknown> = {};
  beforeAll(async () => {
    const path = new URL('fixtures/responses-answers.schema.json', import.meta.url);
    schemas = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  });
  const schemaOf = (name: string): z.ZodType =>
    z.fromJSONSchema({ ...schemas, $ref: `#/$defs/${name}` });

  it('gives responses and events of the specified form', async () => {
    const turn = [thinking('Hm.'), text('a'), toolCall('add', { a: 1 })];
    await using server = await openOpenaiResponsesServer({
      script: [turn, turn, [text('a'), streamError('Overloaded', 'server_error')]],
    });
    const url = `${server.url}/responses`;
    const asked = { ...thoughtful, tools };

    const whole: unknown = await (await ask(url, asked)).json();
    const stream = await (await ask(url, { ...asked, stream: true })).text();
    const failing = await (await ask(url, { ...asked, stream: true })).text();

    const event = schemaOf('ResponseStreamEvent');
    const response = schemaOf('Response');
    expect(event.safeParse({ type: 'response.output_text.delta', delta: 'a' }).success).toBe(false);
    const events = [...stream.split('\n\n'), ...failing.split('\n\n')].filter((one) => one !== '');
    expect(events.length).toBeGreaterThan(25);
    for (const words of events) {
      const [name, data] = words.split('\n');
      const parsed = z
        .looseObject({ type: z.string() })
        .parse(JSON.parse(data?.replace('data: ', '') ?? ''));
      expect(name).toBe(`event: ${parsed.type}`);
      expect(event.safeParse(parsed).error).toBeUndefined();
    }
    expect(response.safeParse(whole).error).toBeUndefined();
  });
});

describe('the Responses server, refusing', () => {
  it.each([
    {
      what: 'an unknown model',
      change: { model: 'gpt-9' },
      expected: { status: 400, code: 'model_not_found', param: 'model' },
    },
    {
      what: 'a prompt beyond the context window',
      change: { model: 'gpt-4o-mini', input: 'word '.repeat(110_000) },
      expected: {
        status: 400,
        code: 'context_length_exceeded',
        message:
          '400 Your input exceeds the context window of this model. Please adjust your input and try again.',
      },
    },
  ])('refuses $what', async ({ change, expected }) => {
    await using server = await openOpenaiResponsesServer({ script: [] });

    const failed = clientOf(server).responses.create({ ...hello, ...change });

    await expect(failed).rejects.toMatchObject(expected);
    expect(server.rejections).toMatchObject([{ status: expected.status }]);
  });

  it('refuses a wrong key, no key, a path that is not there and what is no JSON', async () => {
    await using server = await openOpenaiResponsesServer({ script: [] });

    await expect(clientOf(server, 'nope').responses.create(hello)).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    const missing = await fetch(`${server.url}/models`);
    const nowhere = await ask(`${server.url}/nothing`);
    const broken = await fetch(`${server.url}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key' },
      body: '{',
    });

    expect([missing.status, nowhere.status, broken.status]).toEqual([401, 404, 400]);
  });

  it('refuses a reasoning that another server sealed', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [[thinking('Hm.'), text('a')]],
    });
    const client = clientOf(server);
    const { output } = await client.responses.create(thoughtful);
    const forged = output.map((item) => ({ ...item, encrypted_content: 'gAAAAABforged' }));

    const failed = client.responses.create({
      ...thoughtful,
      // What comes out goes in again, with other content.
      input: [{ role: 'user', content: 'a' }, forged[0] as OpenAI.Responses.ResponseInputItem],
    });

    await expect(failed).rejects.toMatchObject({ code: 'invalid_encrypted_content' });
  });
});

describe('the backend of a subscription', () => {
  const whole = { ...streamed, instructions: 'Be brief.' };

  it.each([
    ['Instructions are required', { ...whole, instructions: undefined }],
    ['Store must be set to false', { ...whole, store: true }],
    ['Stream must be set to true', { ...whole, stream: false }],
    ['Unsupported parameter: max_output_tokens', { ...whole, max_output_tokens: 99 }],
  ])('says %s', async (detail, body) => {
    await using server = await openOpenaiResponsesServer({ script: [], accountId: 'acc-1' });

    const response = await fetch(`${server.url}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key', 'chatgpt-account-id': 'acc-1' },
      body: JSON.stringify(body),
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ detail });
  });

  it('wants to know the account', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [[text('a')]],
      accountId: 'acc-1',
    });
    const headers = { 'chatgpt-account-id': 'acc-1' };

    await expect(clientOf(server).responses.create(whole)).rejects.toMatchObject({ status: 401 });
    const taken = await clientOf(server).responses.create(whole, { headers });

    for await (const { type } of taken) if (type === 'response.completed') break;
    server.assertDone();
  });
});

describe('the Responses server, failing as the script says', () => {
  it('answers 429 with retry-after, an overload, and HTML from a proxy', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [rateLimited(7), overloaded(), htmlError()],
    });
    const client = clientOf(server);
    const failure = async (): Promise<unknown> =>
      client.responses.create(hello).catch((error: unknown) => error);

    const limited = await failure();

    expect(limited).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(limited instanceof RateLimitError && limited.headers.get('retry-after')).toBe('7');
    expect(await failure()).toMatchObject({ status: 529 });
    expect(await failure()).toMatchObject({ status: 502 });
  });

  it.each([
    ['cut', cut()],
    ['cut in the middle of an event', cut({ afterBytes: 300 })],
    ['cut after some events', cut({ afterEvents: 2 })],
  ])('breaks a stream: %s', async (_how, fault) => {
    await using server = await openOpenaiResponsesServer({
      script: [[text('a'), text('b'), fault]],
    });

    await expect(eventsOf(server)).rejects.toThrow(/terminated|closed|premature/i);

    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('cut');
  });

  it('ends a stream too soon, without an end of the response', async () => {
    await using server = await openOpenaiResponsesServer({ script: [[text('a'), endEarly()]] });

    const events = await eventsOf(server);

    expect(events.at(-1)?.type).toBe('response.output_text.delta');
  });

  it('stalls until the client leaves, and sees it leave', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [[text('a'), stall(), text('b')]],
    });
    const stop = new AbortController();

    const stream = await clientOf(server).responses.create(streamed, { signal: stop.signal });
    const deltas: string[] = [];
    for await (const event of stream) {
      if (event.type !== 'response.output_text.delta') continue;
      deltas.push(event.delta);
      stop.abort();
    }

    expect(deltas).toEqual(['a']);
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('aborted');
  });

  it('never answers a call that is not streamed', async () => {
    await using server = await openOpenaiResponsesServer({ script: [[stall()]] });
    const stop = new AbortController();

    const lost = clientOf(server)
      .responses.create(hello, { signal: stop.signal })
      .catch((error: unknown) => error);
    await server.untilCalls(1, stop.signal);
    stop.abort();

    expect(await lost).toBeInstanceOf(APIUserAbortError);
  });

  it('says in the stream that something failed, and sends what is not JSON', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [
        [text('a'), streamError('Overloaded', 'server_error')],
        [text('a'), malformed()],
        [streamError()],
        [text('a'), wrongContentType('text/html')],
      ],
    });

    await expect(eventsOf(server)).rejects.toThrow(/Overloaded/);
    await expect(eventsOf(server)).rejects.toThrow(/JSON/);
    await expect(clientOf(server).responses.create(hello)).rejects.toMatchObject({ status: 500 });
    const answer = await ask(`${server.url}/responses`, streamed);
    expect(answer.headers.get('content-type')).toBe('text/html');
  });

  it('answers a call that nobody scripted with 500 and remembers it', async () => {
    await using server = await openOpenaiResponsesServer({ script: [] });

    await expect(clientOf(server).responses.create(hello)).rejects.toMatchObject({ status: 500 });

    expect(() => server.assertDone()).toThrow(/Call 1 .* is not scripted/);
  });
});
