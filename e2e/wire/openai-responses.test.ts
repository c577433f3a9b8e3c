import OpenAI, { APIUserAbortError, AuthenticationError } from 'openai';
import type {
  FunctionTool,
  Response as ModelResponse,
  ResponseCreateParams,
  ResponseInput,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenGateway } from '../gateway/open-gateway.ts';
import { collect } from './checked-fetch.ts';
import { failureOf, openWire, type Wire } from './open-wire.ts';

let wire: Wire;
let gateway: OpenGateway;
let client: OpenAI;
beforeAll(async () => {
  wire = await openWire();
  ({ gateway } = wire);
  client = new OpenAI({ apiKey: gateway.token, baseURL: `${gateway.url}/v1` });
});
afterAll(() => wire[Symbol.asyncDispose]());

const weather: FunctionTool = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
};

async function eventsOf(
  input: string | ResponseInput,
  more: Pick<ResponseCreateParams, 'tools'> = {},
): Promise<readonly ResponseStreamEvent[]> {
  return collect(await client.responses.create({ model: 'cuttle', input, stream: true, ...more }));
}

function lastOf(events: readonly ResponseStreamEvent[]): ModelResponse {
  const last = events.at(-1);
  if (last && 'response' in last) return last.response;
  throw new Error(`The stream ends with ${last?.type}.`);
}

/** The items as a client sends them again; the SDK's types of what comes and what goes differ. */
const sentBack = ({ output }: ModelResponse): ResponseInput =>
  output.flatMap((item) =>
    item.type === 'message' || item.type === 'function_call' ? [item] : [],
  );

const typesOf = (events: readonly ResponseStreamEvent[]): readonly string[] => [
  ...new Set(events.map(({ type }) => type)),
];

describe('a response', () => {
  it('comes whole', async () => {
    const answer = await client.responses.create({
      model: 'cuttle',
      input: 'Good morning',
      metadata: { of: 'mine' },
    });
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      object: 'response',
      status: 'completed',
      model: 'cuttle',
      error: null,
      incomplete_details: null,
      metadata: { of: 'mine' },
      output_text: 'You said: Good morning',
      output: [
        {
          id: expect.stringMatching(/^msg_/),
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'You said: Good morning', annotations: [] }],
        },
      ],
    });
  });

  it('comes as a stream, word by word, with its events in order', async () => {
    const events = await eventsOf('[[tokens=40]]');
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
    expect(typesOf(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const pieces = events.flatMap((event) =>
      event.type === 'response.output_text.delta' ? [event.delta] : [],
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('').trim().split(/\s+/)).toHaveLength(40);
    expect(lastOf(events).output).toMatchObject([{ content: [{ text: pieces.join('') }] }]);
  });

  it('is gathered by the helper of the SDK', async () => {
    const stream = client.responses.stream({ model: 'cuttle', input: 'Gather' });
    expect((await stream.finalResponse()).output_text).toBe('You said: Gather');
  });

  it('says how many tokens it took', async () => {
    const usage = {
      input_tokens: 40,
      output_tokens: 2,
      total_tokens: 42,
      input_tokens_details: { cached_tokens: 30, cache_write_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    };
    const whole = await client.responses.create({ model: 'cuttle', input: '#usage' });
    expect(whole.usage).toEqual(usage);
    expect(lastOf(await eventsOf('#usage')).usage).toEqual(usage);
  });

  it('says that it was cut by its length', async () => {
    const cut = {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete', content: [{ text: 'Cut o' }] }],
    };
    expect(await client.responses.create({ model: 'cuttle', input: '#length' })).toMatchObject(cut);
    const events = await eventsOf('#length');
    expect(events.at(-1)?.type).toBe('response.incomplete');
    expect(lastOf(events)).toMatchObject(cut);
  });

  it('shows the model what the client says, with its instructions for this turn', async () => {
    const first = await client.responses.create({ model: 'cuttle', input: 'One' });
    await client.responses.create({
      model: 'cuttle/cook',
      instructions: 'Rhyme.',
      input: [
        { role: 'user', content: 'One' },
        ...sentBack(first),
        { role: 'developer', content: 'Be short.' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Two' }] },
      ],
      temperature: 0.5,
      max_output_tokens: 100,
      text: { format: { type: 'json_schema', name: 'rhyme', schema: { type: 'object' } } },
    });
    const call = gateway.model.calls.at(-1);
    expect(call?.system).toContain('You are the cook.');
    expect(call?.system).toContain('Rhyme.');
    expect(call?.system).toContain('Be short.');
    expect(call?.messages.map(({ text: words }) => words)).toEqual(['One', 'You said: One', 'Two']);
    expect(call?.request.body).toMatchObject({
      temperature: 0.5,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'rhyme', schema: { type: 'object' } },
      },
    });
    expect(call?.request.text).toMatch(/"max_(completion_)?tokens":100\b/);
  });

  it('of a model by its name has no prompt of an agent and no tools of ours', async () => {
    const answer = await client.responses.create({
      model: 'local/gpt-4.1-mini',
      instructions: 'Be brief.',
      input: 'Hello',
    });
    expect(answer.output_text).toBe('You said: Hello');
    const call = gateway.model.calls.at(-1);
    expect(call).toMatchObject({ model: 'gpt-4.1-mini', system: 'Be brief.', tools: [] });
  });
});

describe('tools of the client', () => {
  const question = 'Weather? [[tool=get_weather {"city":"Rome"}]]';

  it('are called by the model and answered by the client', async () => {
    const first = await client.responses.create({
      model: 'cuttle',
      input: question,
      tools: [weather],
    });
    expect(first).toMatchObject({
      status: 'completed',
      output: [
        {
          id: expect.stringMatching(/^fc_/),
          type: 'function_call',
          status: 'completed',
          name: 'get_weather',
          arguments: '{"city":"Rome"}',
        },
      ],
      tools: [{ type: 'function', name: 'get_weather' }],
    });
    const call = first.output[0];
    const second = await client.responses.create({
      model: 'cuttle',
      input: [
        { role: 'user', content: question },
        ...sentBack(first),
        {
          type: 'function_call_output',
          call_id: call?.type === 'function_call' ? call.call_id : '',
          output: 'Sunny',
        },
      ],
      tools: [weather],
    });
    expect(second.output_text).toBe('Results: get_weather → Sunny. ');
  });

  it('come in a stream with their arguments', async () => {
    const events = await eventsOf(question, { tools: [weather] });
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
    expect(typesOf(events)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(lastOf(events).output).toMatchObject([{ arguments: '{"city":"Rome"}' }]);
    const gathered = client.responses.stream({
      model: 'cuttle',
      input: question,
      tools: [weather],
    });
    expect((await gathered.finalResponse()).output).toMatchObject([
      { type: 'function_call', name: 'get_weather', arguments: '{"city":"Rome"}' },
    ]);
  });

  it('go together with the agent’s own, which run first and are not repeated', async () => {
    const mixed = 'Both [[parallel=measure {"thing":"oak"},get_weather {"city":"Oslo"}]]';
    const before = wire.ownCalls;
    const first = await client.responses.create({
      model: 'cuttle',
      input: mixed,
      tools: [weather],
    });
    const calls = first.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
    expect(calls.map(({ name }) => name)).toEqual(['get_weather']);
    expect(wire.ownCalls - before).toBe(1);
    const second = await client.responses.create({
      model: 'cuttle',
      input: [
        { role: 'user', content: mixed },
        ...sentBack(first),
        { type: 'function_call_output', call_id: calls[0]?.call_id ?? '', output: 'Rain' },
      ],
      tools: [weather],
    });
    expect(second.output_text).toBe('Results: measure → oak: 7 cm; get_weather → Rain. ');
    expect(wire.ownCalls - before).toBe(1);
  });
});

describe('a failure', () => {
  it('is a wrong key', async () => {
    const stranger = client.withOptions({ apiKey: 'wrong', maxRetries: 0 });
    const error = await failureOf(stranger.responses.create({ model: 'cuttle', input: 'Hi' }));
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' });
    expect(error).toBeInstanceOf(AuthenticationError);
  });

  it.each(['nowhere/model', 'cuttle/nobody', 'gpt-4'])('is the unknown model %s', async (model) => {
    for (const stream of [false, true]) {
      const error = await failureOf(client.responses.create({ model, input: 'Hi', stream }));
      expect(error).toMatchObject({ status: 404, code: 'model_not_found' });
    }
  });

  it.each([
    { input: [] },
    { input: 7 },
    { input: [{ role: 'wizard', content: 'x' }] },
    { input: [{ type: 'computer_call', id: 'x' }] },
    { input: [{ role: 'assistant', content: 'only me' }] },
    { input: [{ role: 'user', content: [{ type: 'input_text' }] }] },
    { input: [{ type: 'function_call_output', output: 'of nothing' }] },
    { input: 'x', temperature: 'hot' },
    { input: 'x', tools: [{ type: 'function', name: 'no spaces' }] },
    { input: 'x', tools: [{ type: 'web_search' }] },
  ])('is a request that cannot be read: %j', async (request) => {
    // Wrong on purpose.
    const body = { model: 'cuttle', ...request } as unknown as ResponseCreateParams;
    const error = await failureOf(client.responses.create(body));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(error.message).toMatch(/Mend the named field|Leave/);
  });

  it.each<[string, Partial<ResponseCreateParams>]>([
    ['x-cuttle-session', { previous_response_id: 'resp_1' }],
    ['x-cuttle-session', { conversation: 'conv_1' }],
    ['stream', { background: true }],
    ['instructions', { prompt: { id: 'pmpt_1' } }],
    [
      'file_data',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }] },
    ],
  ])('names the next step, %s, for %j', async (step, more) => {
    const body = { model: 'cuttle', input: 'Hi', ...more, stream: false } as const;
    const error = await failureOf(client.responses.create(body));
    expect(error).toMatchObject({ status: 400, code: 'unsupported_parameter' });
    expect(error.message).toContain(step);
  });

  it('of the provider is told once: the SDK does not send an accepted message again', async () => {
    const error = await failureOf(
      client.responses.create({ model: 'cuttle', input: '[[fail=400]] once' }),
    );
    expect(error.code).toBe('provider.invalid');
    expect(error.headers?.get('x-should-retry')).toBe('false');
  });

  it('comes in the stream where it has begun', async () => {
    const events = await eventsOf('[[fail=400]]');
    expect(events.at(-1)?.type).toBe('response.failed');
    expect(lastOf(events)).toMatchObject({
      status: 'failed',
      error: { code: 'provider.invalid', message: expect.stringMatching(/\w/) },
    });
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
    const answer = client.responses.create(
      { model: 'cuttle', input: '[[hang]] bye' },
      { signal: controller.signal },
    );
    await asked;
    controller.abort();
    await expect(answer).rejects.toThrow(APIUserAbortError);
    await expectQuiet();
  });

  it('stops it while it streams', async () => {
    const stream = await client.responses.create({
      model: 'cuttle',
      input: '[[hang]] farewell',
      stream: true,
    });
    for await (const event of stream) if (event.type === 'response.output_text.delta') break;
    stream.controller.abort();
    await expectQuiet();
  });
});

describe('a request that comes again', () => {
  it('joins the run of the first where the SDK repeats it', async () => {
    const before = gateway.model.calls.length;
    const request = { model: 'cuttle', input: '[[first=300]] lost connection' } as const;
    const first = client.responses.create(request, { maxRetries: 0 });
    await gateway.model.untilCalls(before + 1, new AbortController().signal);
    const again = client.responses.create(request, {
      maxRetries: 0,
      headers: { 'x-stainless-retry-count': '1' },
    });
    const [one, two] = await Promise.all([first, again]);
    expect(two.id).toBe(one.id);
    expect(gateway.model.calls.length).toBe(before + 1);
  });

  it('with its own key has the same answer, whole and streamed', async () => {
    const before = gateway.model.calls.length;
    const request = { model: 'cuttle', input: 'keyed' } as const;
    const options = { headers: { 'idempotency-key': 'key-1' } };
    const one = await client.responses.create(request, options);
    const two = await client.responses.create(request, options);
    expect(two).toMatchObject({ id: one.id, output: one.output, usage: one.usage });
    const streamed = { ...request, stream: true } as const;
    const events = await collect(await client.responses.create(streamed, options));
    expect(lastOf(events)).toMatchObject({ id: one.id, output: one.output });
    expect(gateway.model.calls.length).toBe(before + 1);
    const other = { model: 'cuttle', input: 'something else' };
    expect(await failureOf(client.responses.create(other, options))).toMatchObject({
      status: 422,
      code: 'request.key-reused',
    });
  });
});

it('goes on in a named session, also with the result of a call', async () => {
  const within = { headers: { 'x-cuttle-session': 'ledger' } };
  await client.responses.create({ model: 'cuttle', input: 'My cat is Tom' }, within);
  const asked = await client.responses.create(
    { model: 'cuttle', input: '[[tool=get_weather {"city":"Bern"}]]', tools: [weather] },
    within,
  );
  const call = asked.output[0];
  const { output_text } = await client.responses.create(
    {
      model: 'cuttle',
      input: [
        {
          type: 'function_call_output',
          call_id: call?.type === 'function_call' ? call.call_id : '',
          output: [{ type: 'input_text', text: 'Fog' }],
        },
      ],
      tools: [weather],
    },
    within,
  );
  expect(output_text).toContain('→ Fog');
  expect(gateway.model.calls.at(-1)?.messages[0]?.text).toBe('My cat is Tom');
});

describe('images and files', () => {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

  it('reach the model as they are', async () => {
    const image = `data:image/png;base64,${pixel}`;
    const file = `data:application/pdf;base64,${Buffer.from('%PDF-1.4').toString('base64')}`;
    await client.responses.create({
      model: 'cuttle',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: image, detail: 'auto' },
            { type: 'input_file', file_data: file, filename: 'one.pdf' },
          ],
        },
      ],
    });
    const { text: body } = gateway.model.requests.at(-1) ?? { text: '' };
    expect(body).toContain(image);
    expect(body).toContain('one.pdf');
  });
});
