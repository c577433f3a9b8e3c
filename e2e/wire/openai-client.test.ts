import OpenAI, { APIUserAbortError, AuthenticationError } from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenGateway } from '../gateway/open-gateway.ts';
import { type CheckedFetch, collect, createCheckedFetch } from './checked-fetch.ts';
import { failureOf, openWire, type Wire } from './open-wire.ts';

let wire: Wire;
let gateway: OpenGateway;
let checked: CheckedFetch;
let client: OpenAI;
beforeAll(async () => {
  wire = await openWire();
  ({ gateway } = wire);
  checked = await createCheckedFetch();
  client = new OpenAI({
    apiKey: gateway.token,
    baseURL: `${gateway.url}/v1`,
    fetch: checked.fetch,
  });
});
afterAll(() => wire[Symbol.asyncDispose]());
afterEach(() => checked.assertRight());

const says = (content: string): ChatCompletionMessageParam[] => [{ role: 'user', content }];
const weather: ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe('a completion', () => {
  it('comes whole', async () => {
    const answer = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('Good morning'),
    });
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      model: 'cuttle',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'You said: Good morning' },
        },
      ],
    });
  });

  it('comes as a stream, word by word', async () => {
    const stream = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('[[tokens=40]]'),
      stream: true,
    });
    const pieces: string[] = [];
    const reasons: unknown[] = [];
    for await (const { choices, usage } of stream) {
      pieces.push(choices[0]?.delta.content ?? '');
      reasons.push(choices[0]?.finish_reason);
      expect(usage).toBeUndefined();
    }
    expect(pieces.join('').trim().split(/\s+/)).toHaveLength(40);
    expect(pieces.filter((piece) => piece !== '').length).toBeGreaterThan(1);
    expect(reasons.filter((reason) => reason !== null)).toEqual(['stop']);
  });

  it('says how many tokens it took', async () => {
    const usage = {
      prompt_tokens: 40,
      completion_tokens: 2,
      total_tokens: 42,
      prompt_tokens_details: { cached_tokens: 30 },
    };
    const whole = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('#usage'),
    });
    expect(whole.usage).toMatchObject(usage);
    const stream = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('#usage'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  it('says that it was cut by its length', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('#length'),
    });
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'Cut o' } });
  });

  it('shows the model what the client says, with its system words for this turn', async () => {
    await client.chat.completions.create({
      model: 'cuttle/cook',
      messages: [
        { role: 'system', content: 'Rhyme.' },
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'Bun' },
        { role: 'user', content: [{ type: 'text', text: 'Two' }] },
      ],
      temperature: 0.5,
      max_completion_tokens: 100,
    });
    const call = gateway.model.calls.at(-1);
    expect(call?.system).toContain('You are the cook.');
    expect(call?.system).toContain('Rhyme.');
    expect(call?.messages.map(({ text: words }) => words)).toEqual(['One', 'Bun', 'Two']);
    expect(call?.request.body).toMatchObject({ temperature: 0.5 });
    expect(call?.request.text).toMatch(/"max_(completion_)?tokens":100\b/);
  });
});

describe('tools of the client', () => {
  const question = 'Weather? [[tool=get_weather {"city":"Rome"}]]';

  it('are called by the model and answered by the client', async () => {
    const first = await client.chat.completions.create({
      model: 'cuttle',
      messages: says(question),
      tools: [weather],
    });
    const message = first.choices[0]?.message;
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    expect(message?.content).toBeNull();
    const call = message?.tool_calls?.[0];
    expect(call).toMatchObject({
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Rome"}' },
    });
    const second = await client.chat.completions.create({
      model: 'cuttle',
      messages: [
        ...says(question),
        ...(message ? [message] : []),
        { role: 'tool', tool_call_id: call?.id ?? '', content: 'Sunny' },
      ],
      tools: [weather],
    });
    expect(second.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Results: get_weather → Sunny. ' },
    });
  });

  it('come in a stream, and the helper of the SDK runs them', async () => {
    const cities: unknown[] = [];
    const runner = client.chat.completions.runTools({
      model: 'cuttle',
      messages: says(question),
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'The weather of a city.',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: JSON.parse,
            function: (input: unknown) => {
              cities.push(input);
              return 'Snow';
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('Results: get_weather → Snow. ');
    expect(cities).toEqual([{ city: 'Rome' }]);
  });

  it('go together with the agent’s own, which run first and are not repeated', async () => {
    const mixed = 'Both [[parallel=measure {"thing":"oak"},get_weather {"city":"Oslo"}]]';
    const before = wire.ownCalls;
    const first = await client.chat.completions.create({
      model: 'cuttle',
      messages: says(mixed),
      tools: [weather],
    });
    const message = first.choices[0]?.message;
    expect(message?.tool_calls?.map((call) => 'function' in call && call.function.name)).toEqual([
      'get_weather',
    ]);
    expect(wire.ownCalls - before).toBe(1);
    const second = await client.chat.completions.create({
      model: 'cuttle',
      messages: [
        ...says(mixed),
        ...(message ? [message] : []),
        { role: 'tool', tool_call_id: message?.tool_calls?.[0]?.id ?? '', content: 'Rain' },
      ],
      tools: [weather],
    });
    expect(second.choices[0]?.message.content).toBe(
      'Results: measure → oak: 7 cm; get_weather → Rain. ',
    );
    expect(wire.ownCalls - before).toBe(1);
  });

  it('stand in for one of the agent’s of the same name', async () => {
    const before = wire.ownCalls;
    const { choices } = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('[[tool=measure {"rope":1}]]'),
      tools: [{ type: 'function', function: { name: 'measure', parameters: { type: 'object' } } }],
    });
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(wire.ownCalls - before).toBe(0);
  });

  it('are left alone where only the agent’s own are called', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('[[tool=measure {"thing":"elm"}]]'),
      tools: [weather],
    });
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Results: measure → elm: 7 cm. ' },
    });
  });
});

describe('a failure', () => {
  it('is a wrong key', async () => {
    const stranger = client.withOptions({ apiKey: 'wrong', maxRetries: 0 });
    const error = await failureOf(
      stranger.chat.completions.create({ model: 'cuttle', messages: says('Hi') }),
    );
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' });
    expect(error).toBeInstanceOf(AuthenticationError);
  });

  it.each(['nowhere/model', 'cuttle/nobody', 'gpt-4'])('is the unknown model %s', async (model) => {
    const error = await failureOf(client.chat.completions.create({ model, messages: says('Hi') }));
    expect(error).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it.each([
    { messages: [] },
    { messages: [{ role: 'wizard', content: 'x' }] },
    { messages: says('x'), n: 2 },
    { messages: says('x'), temperature: 'hot' },
    { messages: [{ role: 'assistant', content: 'only me' }] },
    { messages: [{ role: 'tool', content: 'of nothing' }] },
    { messages: says('x'), tools: [{ type: 'function', function: { name: 'no spaces' } }] },
  ])('is a request that cannot be read: %j', async (request) => {
    // Wrong on purpose.
    const body = { model: 'cuttle', ...request } as OpenAI.ChatCompletionCreateParams;
    const error = await failureOf(client.chat.completions.create(body));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(error.message).toMatch(/\w/);
  });

  it('of the provider is told once: the SDK does not send an accepted message again', async () => {
    const before = gateway.model.calls.length;
    const words = '[[fail=500]] once';
    const error = await failureOf(
      client.chat.completions.create({ model: 'cuttle', messages: says(words) }),
    );
    expect(error.status).toBeGreaterThanOrEqual(500);
    expect(error.headers?.get('x-should-retry')).toBe('false');
    const runs = await gateway.server.call('sessions.search', { query: 'once' });
    expect(runs.hits.length).toBeLessThanOrEqual(1);
    const asked = gateway.model.calls.slice(before).map(({ request }) => request.order);
    expect(asked.length).toBeGreaterThan(0);
  });

  it('comes in the stream where it has begun', async () => {
    const stream = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('[[fail=400]]'),
      stream: true,
    });
    const error = await failureOf(collect(stream));
    expect(error.code).toBe('provider.invalid');
  });
});

describe('a client that leaves', () => {
  const expectQuiet = async (): Promise<void> => {
    await gateway.model.requests.at(-1)?.settled;
    expect(gateway.model.requests.at(-1)?.outcome).toBe('aborted');
    await gateway.server.settled();
    const { running, queued } = await gateway.server.call('status', {});
    expect({ running, queued }).toEqual({ running: 0, queued: 0 });
  };

  it('stops its stateless run, and the request to the provider', async () => {
    const controller = new AbortController();
    const asked = gateway.model.untilCalls(
      gateway.model.calls.length + 1,
      new AbortController().signal,
    );
    const answer = client.chat.completions.create(
      { model: 'cuttle', messages: says('[[hang]] bye') },
      { signal: controller.signal },
    );
    await asked;
    controller.abort();
    await expect(answer).rejects.toThrow(APIUserAbortError);
    await expectQuiet();
  });

  it('stops it while it streams', async () => {
    const stream = await client.chat.completions.create({
      model: 'cuttle',
      messages: says('[[hang]] farewell'),
      stream: true,
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await expectQuiet();
  });

  it('leaves a session working', async () => {
    const stream = await client.chat.completions.create(
      { model: 'cuttle', messages: says('[[tokens=30]] [[delay=10]]'), stream: true },
      { headers: { 'x-cuttle-session': 'stays' } },
    );
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await gateway.server.settled();
    const { entries } = await gateway.server.call('chat.history', { sessionKey: 'stays' });
    const parts = entries.at(-1)?.messages[0]?.parts ?? [];
    expect(
      parts.map((part) => (part.type === 'text' ? part.text.trim().split(' ').length : 0)),
    ).toEqual([30]);
  });
});

describe('a request that comes again', () => {
  it('joins the run of the first where the SDK repeats it', async () => {
    const before = gateway.model.calls.length;
    const request = { model: 'cuttle', messages: says('[[first=300]] lost connection') } as const;
    const first = client.chat.completions.create(request, { maxRetries: 0 });
    await gateway.model.untilCalls(before + 1, new AbortController().signal);
    const again = client.chat.completions.create(request, {
      maxRetries: 0,
      headers: { 'x-stainless-retry-count': '1' },
    });
    const [one, two] = await Promise.all([first, again]);
    expect(two.id).toBe(one.id);
    expect(gateway.model.calls.length).toBe(before + 1);
  });

  it('joins it as a stream too, from its beginning', async () => {
    const request = {
      model: 'cuttle',
      messages: says('[[tokens=60]] [[delay=5]] lost'),
      stream: true,
    } as const;
    const first = await client.chat.completions.create(request);
    const heard = first[Symbol.asyncIterator]();
    for (let seen = 0; seen < 10; seen += 1) await heard.next();
    const again = await client.chat.completions.create(request, {
      headers: { 'x-stainless-retry-count': '1' },
    });
    const words = (await collect(again)).map(({ choices }) => choices[0]?.delta.content ?? '');
    expect(words.join('').trim().split(' ')).toHaveLength(60);
    expect(words.filter((word) => word !== '').length).toBeGreaterThan(2);
    first.controller.abort();
  });

  it('is not joined by another request of the same words', async () => {
    const before = gateway.model.calls.length;
    const request = { model: 'cuttle', messages: says('twice') } as const;
    const [one, two] = await Promise.all([
      client.chat.completions.create(request),
      client.chat.completions.create(request),
    ]);
    expect(one.id).not.toBe(two.id);
    expect(gateway.model.calls.length).toBe(before + 2);
  });

  it('with its own key has the same answer, whole and streamed', async () => {
    const before = gateway.model.calls.length;
    const request = { model: 'cuttle', messages: says('keyed') } as const;
    const options = { idempotencyKey: 'key-1', headers: { 'idempotency-key': 'key-1' } };
    const one = await client.chat.completions.create(request, options);
    const two = await client.chat.completions.create(request, options);
    expect(two).toMatchObject({ id: one.id, choices: one.choices, usage: one.usage });
    const streamed = { ...request, stream: true } as const;
    const chunks = await collect(await client.chat.completions.create(streamed, options));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
      one.choices[0]?.message.content,
    );
    expect(gateway.model.calls.length).toBe(before + 1);
  });

  it('with a key that said something else is refused', async () => {
    const options = { headers: { 'idempotency-key': 'key-2' } };
    await client.chat.completions.create({ model: 'cuttle', messages: says('one') }, options);
    const error = await failureOf(
      client.chat.completions.create({ model: 'cuttle', messages: says('two') }, options),
    );
    expect(error).toMatchObject({ status: 422, code: 'request.key-reused' });
  });
});

describe('a named session', () => {
  const within = { headers: { 'x-cuttle-session': 'diary' } };

  it('goes on from request to request, whatever history the client sends', async () => {
    await client.chat.completions.create(
      { model: 'cuttle', messages: says('My cat is Tom') },
      within,
    );
    await client.chat.completions.create(
      {
        model: 'cuttle',
        messages: [
          { role: 'user', content: 'Never said' },
          { role: 'assistant', content: 'Never answered' },
          { role: 'user', content: 'And my dog?' },
        ],
      },
      within,
    );
    expect(gateway.model.calls.at(-1)?.messages.map(({ text: words }) => words)).toEqual([
      'My cat is Tom',
      'You said: My cat is Tom',
      'And my dog?',
    ]);
    const { sessions } = await gateway.server.call('sessions.list', { search: 'diary' });
    expect(sessions.map(({ sessionKey }) => sessionKey)).toEqual(['agent:main:diary']);
  });

  it.each([[''], [' '], ['x'.repeat(301)]])('cannot be named %j', async (name) => {
    const error = await failureOf(
      client.chat.completions.create(
        { model: 'cuttle', messages: says('Hi') },
        { headers: { 'x-cuttle-session': name } },
      ),
    );
    expect(error.status).toBe(400);
  });
});

describe('a model by its name', () => {
  it('is asked plainly: no prompt of an agent, no tools of ours', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'local/gpt-4.1-mini',
      messages: [{ role: 'system', content: 'Be brief.' }, ...says('Hello')],
    });
    expect(choices[0]?.message.content).toBe('You said: Hello');
    const call = gateway.model.calls.at(-1);
    expect(call).toMatchObject({ model: 'gpt-4.1-mini', system: 'Be brief.', tools: [] });
  });

  it('has the client’s tools alone', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'local/gpt-4.1-mini',
      messages: says('[[tool=get_weather {"city":"Rome"}]]'),
      tools: [weather],
    });
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(gateway.model.calls.at(-1)?.tools.map(({ name }) => name)).toEqual(['get_weather']);
  });
});

describe('images', () => {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

  it('reach the model as they are', async () => {
    const url = `data:image/png;base64,${pixel}`;
    await client.chat.completions.create({
      model: 'cuttle',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
    const { text: body } = gateway.model.requests.at(-1) ?? { text: '' };
    expect(body).toContain(url);
  });
});

it('lists the models', async () => {
  const { data } = await client.models.list();
  expect(data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['cuttle', 'cuttle/main', 'cuttle/cook', 'local/gpt-4.1-mini']),
  );
});

it('was held against the specification throughout', () => {
  expect(checked.checked()).toBeGreaterThan(100);
});
