import { GoogleGenerativeAI, GoogleGenerativeAIFetchError } from '@google/generative-ai';
import type { GenerativeModel } from '@google/generative-ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
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
import { openGeminiServer } from './gemini-server.ts';
import { signPart } from './signature.ts';

const id = 'gemini-3-flash-preview';
const hello = { role: 'user', parts: [{ text: 'hello' }] };

function modelOf(
  server: { readonly url: string },
  apiKey = 'test-key',
  model = id,
): GenerativeModel {
  const client = new GoogleGenerativeAI(apiKey);
  return client.getGenerativeModel({ model }, { baseUrl: server.url });
}

const Chunk = z.looseObject({
  candidates: z
    .array(
      z.looseObject({
        content: z.looseObject({ parts: z.array(z.record(z.string(), z.unknown())) }).optional(),
        finishReason: z.string().optional(),
      }),
    )
    .optional(),
  usageMetadata: z.record(z.string(), z.unknown()),
  modelVersion: z.string(),
});
type Chunk = z.infer<typeof Chunk>;

async function chunksOf(server: { readonly url: string }, contents = [hello]): Promise<Chunk[]> {
  const { stream, response } = await modelOf(server).generateContentStream({ contents });
  // The SDK reads the stream a second time for itself.
  response.catch(() => undefined);
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(Chunk.parse(chunk));
  return chunks;
}

function partsIn(chunks: readonly Chunk[]): readonly Record<string, unknown>[] {
  return chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
}

async function ask(url: string, body?: object, headers: object = {}): Promise<Response> {
  return fetch(url, {
    headers: { 'x-goog-api-key': 'test-key', ...headers },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
}

describe('the Gemini server, driven by the official SDK', () => {
  it('streams text in the chunks of the script, and signs the end', async () => {
    await using server = await openGeminiServer({ script: [[text('Hel'), text('lo')]] });

    const chunks = await chunksOf(server);

    expect(partsIn(chunks)).toEqual([
      { text: 'Hel' },
      { text: 'lo' },
      { text: '', thoughtSignature: signPart('') },
    ]);
    expect(chunks.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
      modelVersion: id,
    });
    server.assertDone();
  });

  it('streams thoughts, parallel calls of which the first is signed, and the given usage', async () => {
    const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 60, reasoningTokens: 5 };
    await using server = await openGeminiServer({
      script: [
        [
          thinking('Hm.'),
          toolCall('add', { b: 1, a: [2, 'ü'] }, { callId: 'one' }),
          toolCall('add', {}, { callId: 'two' }),
          finish('tool-calls', { usage }),
        ],
      ],
    });

    const chunks = await chunksOf(server);

    expect(partsIn(chunks)).toEqual([
      { text: 'Hm.', thought: true },
      {
        functionCall: { id: 'one', name: 'add', args: { b: 1, a: [2, 'ü'] } },
        thoughtSignature: signPart('add({"a":[2,"ü"],"b":1})'),
      },
      { functionCall: { id: 'two', name: 'add', args: {} } },
      { text: '' },
    ]);
    expect(chunks.at(-1)?.usageMetadata).toMatchObject({
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 15,
      thoughtsTokenCount: 5,
      totalTokenCount: 120,
    });
  });

  it('answers whole, or in a list, with the same content as it streams', async () => {
    const turn = [text('a'), text('b'), toolCall('add', { a: 1 }, { callId: 'c' })];
    await using server = await openGeminiServer({ script: [turn, turn, turn] });
    const url = `${server.url}/v1beta/models/${id}`;

    const whole = await modelOf(server).generateContent({ contents: [hello] });
    const list: unknown = await (
      await ask(`${url}:streamGenerateContent`, { contents: [hello] })
    ).json();
    const chunks = await chunksOf(server);

    const parts = [
      { text: 'ab' },
      {
        functionCall: { id: 'c', name: 'add', args: { a: 1 } },
        thoughtSignature: expect.any(String),
      },
    ];
    expect(whole.response.candidates?.[0]?.content.parts).toEqual(parts);
    expect(list).toMatchObject([{ candidates: [{ content: { parts } }] }]);
    expect(partsIn(chunks).slice(0, 3)).toEqual([{ text: 'a' }, { text: 'b' }, parts[1]]);
    server.assertDone();
  });

  it('takes back what it said, and refuses it without its signature', async () => {
    await using server = await openGeminiServer({
      script: [[toolCall('add', { a: 1 }, { callId: 'c1' })], [text('3')]],
    });
    const model = modelOf(server);
    const first = await model.generateContent({ contents: [hello] });
    const said = first.response.candidates?.[0]?.content;
    if (said === undefined) throw new TypeError('No content');
    const response = { functionResponse: { id: 'c1', name: 'add', response: { output: '3' } } };
    const results = { role: 'user', parts: [response] };
    const bare = { role: 'model', parts: [{ functionCall: { name: 'add', args: { a: 1 } } }] };

    await model.generateContent({
      contents: [hello, said, results],
      systemInstruction: 'Be brief.',
    });
    await expect(model.generateContent({ contents: [hello, bare, results] })).rejects.toThrow(
      'missing a thought_signature',
    );

    expect(server.calls[1]).toMatchObject({
      dialect: 'gemini',
      model: id,
      system: 'Be brief.',
      messages: [
        { role: 'user', text: 'hello' },
        { role: 'assistant', calls: [{ callId: 'c1', name: 'add', input: { a: 1 } }] },
        { role: 'tool', text: '3', callId: 'c1' },
      ],
      delivery: 'whole',
    });
    expect(server.violations).toHaveLength(1);
  });

  it('takes back a signature that the script gave', async () => {
    await using server = await openGeminiServer({
      script: [[thinking('Hm.', { signature: 'Z2l2ZW4=' }), toolCall('add')], [text('ok')]],
    });
    const model = modelOf(server);
    const first = await model.generateContent({ contents: [hello] });
    const said = first.response.candidates?.[0]?.content;

    if (said === undefined) throw new TypeError('No content');
    const result = { functionResponse: { name: 'add', response: { output: '3' } } };
    await model.generateContent({ contents: [hello, said, { role: 'user', parts: [result] }] });

    expect(said.parts[1]).toMatchObject({ thoughtSignature: 'Z2l2ZW4=' });
    server.assertDone();
  });

  it('blocks an answer, or a prompt', async () => {
    await using server = await openGeminiServer({
      script: [
        [text('I'), finish('filtered')],
        [finish('filtered')],
        [finish('filtered', { rawReason: 'SAFETY' })],
      ],
    });

    const answer = await chunksOf(server);
    const prompt = await chunksOf(server);
    const whole = await modelOf(server).generateContent({ contents: [hello] });

    expect(answer.at(-1)?.candidates?.[0]?.finishReason).toBe('SAFETY');
    expect(prompt).toMatchObject([{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }]);
    expect(whole.response.promptFeedback?.blockReason).toBe('SAFETY');
  });

  it('lists models, names one, and counts tokens', async () => {
    await using server = await openGeminiServer({ script: [], models: [{ id: 'm' }] });
    const url = `${server.url}/v1beta/models`;

    const listed: unknown = await (await ask(url)).json();
    const one: unknown = await (await ask(`${url}/m`)).json();
    const none = await ask(`${url}/nobody`);
    const counted = await modelOf(server, 'test-key', 'm').countTokens({ contents: [hello] });

    const model = { name: 'models/m', inputTokenLimit: 1_048_576, outputTokenLimit: 65_536 };
    expect(listed).toMatchObject({ models: [model] });
    expect(one).toMatchObject(model);
    expect(none.status).toBe(404);
    expect(counted.totalTokens).toBe(5);
  });

  it('is also a project of Vertex AI', async () => {
    await using server = await openGeminiServer({ script: [[text('hi')]] });
    const path = '/v1beta1/projects/p/locations/global/publishers/google/models';

    const answer = await fetch(`${server.url}${path}/${id}:streamGenerateContent?alt=sse`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key' },
      body: JSON.stringify({ contents: [hello] }),
    });

    expect(await answer.text()).toContain('"text":"hi"');
    server.assertDone();
  });
});

describe('what the Gemini server does not answer', () => {
  it('is a call without a key, or with a wrong one', async () => {
    await using server = await openGeminiServer({ script: [] });
    const url = `${server.url}/v1beta/models`;

    const none = await fetch(url);
    const bearer = await fetch(url, { headers: { authorization: 'Bearer other' } });
    const wrong = modelOf(server, 'other').generateContent({ contents: [hello] });

    await expect(wrong).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('API key not valid. Please pass a valid API key.'),
      errorDetails: [{ reason: 'API_KEY_INVALID' }],
    });
    expect(none.status).toBe(403);
    expect(bearer.status).toBe(401);
    expect(server.violations).toEqual([]);
    expect(server.rejections.map(({ cause }) => cause)).toEqual([
      'condition',
      'condition',
      'condition',
    ]);
  });

  it('is another path, another method, or what is no JSON', async () => {
    await using server = await openGeminiServer({ script: [] });
    const url = `${server.url}/v1beta/models/${id}`;
    const headers = { 'x-goog-api-key': 'test-key' };

    const page = await ask(`${server.url}/v1/chat/completions`, {});
    const other = await ask(`${url}:generateImages`, {});
    const got = await ask(`${url}:generateContent`);
    const words = await fetch(`${url}:generateContent`, { method: 'POST', headers, body: '{' });

    expect([page.status, other.status, got.status, words.status]).toEqual([404, 404, 404, 400]);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(server.violations).toHaveLength(4);
  });

  it('is said in a list where a list was asked for', async () => {
    await using server = await openGeminiServer({ script: [] });
    const url = `${server.url}/v1beta/models/${id}:streamGenerateContent`;

    const list: unknown = await (await ask(url, { foo: 1 })).json();
    const single: unknown = await (await ask(`${url}?alt=sse`, { foo: 1 })).json();

    const error = { error: { code: 400, status: 'INVALID_ARGUMENT' } };
    expect(list).toMatchObject([error]);
    expect(single).toMatchObject(error);
  });
});

describe('what goes wrong at the Gemini server', () => {
  it.each([
    [rateLimited(2), 429, 'RESOURCE_EXHAUSTED', 'Please retry in 2s.'],
    [overloaded(), 529, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'],
    [failWith(503), 503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'],
    [failWith(500), 500, 'INTERNAL', 'An internal error has occurred.'],
    [failWith(418), 418, 'FAILED_PRECONDITION', 'Status 418'],
  ])('has the form of its service: %j', async (turn, code, status, words) => {
    await using server = await openGeminiServer({ script: [turn] });
    const answer = await ask(`${server.url}/v1beta/models/${id}:generateContent`, {
      contents: [hello],
    });

    expect(answer.status).toBe(code);
    expect(await answer.json()).toMatchObject({
      error: { code, status, message: expect.stringContaining(words) },
    });
  });

  it('says in the body when to come back', async () => {
    await using server = await openGeminiServer({ script: [rateLimited(2)] });

    await expect(chunksOf(server)).rejects.toMatchObject({
      status: 429,
      errorDetails: [{ retryDelay: '2s' }],
    });
  });

  it('may be a page', async () => {
    await using server = await openGeminiServer({ script: [htmlError()] });

    await expect(chunksOf(server)).rejects.toBeInstanceOf(GoogleGenerativeAIFetchError);
  });

  it.each([
    ['cut', [text('Hel'), cut()], 'Error reading from the stream'],
    ['malformed', [text('Hel'), malformed(), text('lo')], 'Error parsing JSON response'],
  ])('breaks a stream: %s', async (_how, turn, words) => {
    await using server = await openGeminiServer({ script: [turn] });

    await expect(chunksOf(server)).rejects.toThrow(words);
  });

  it('ends a stream too early, without a reason to finish', async () => {
    await using server = await openGeminiServer({ script: [[text('Hel'), endEarly()]] });

    const chunks = await chunksOf(server);

    expect(chunks.map(({ candidates }) => candidates?.[0]?.finishReason)).toEqual([undefined]);
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('cut');
  });

  it('stalls until the client leaves', async () => {
    await using server = await openGeminiServer({ script: [[text('Hel'), stall()]] });
    const controller = new AbortController();
    const { stream, response } = await modelOf(server).generateContentStream(
      { contents: [hello] },
      { signal: controller.signal },
    );
    response.catch(() => undefined);
    const first = await stream.next();
    controller.abort();

    await expect(stream.next()).rejects.toThrow('reading from the stream');
    expect(first.value?.text()).toBe('Hel');
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('aborted');
  });

  it('says an error in the middle of a stream, and as the answer where nothing is streamed', async () => {
    const turn = [text('Hel'), streamError('Busy'), text('lo')];
    await using server = await openGeminiServer({ script: [turn, turn] });
    const url = `${server.url}/v1beta/models/${id}`;

    const body = await (
      await ask(`${url}:streamGenerateContent?alt=sse`, { contents: [hello] })
    ).text();
    const whole = await ask(`${url}:generateContent`, { contents: [hello] });

    expect(body.trimEnd().split('\r\n\r\n').at(-1)).toBe(
      'data: {"error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}}',
    );
    expect(whole.status).toBe(503);
  });

  it('has another content type', async () => {
    await using server = await openGeminiServer({ script: [[wrongContentType(), text('a')]] });

    const answer = await ask(`${server.url}/v1beta/models/${id}:generateContent`, {
      contents: [hello],
    });

    expect(answer.headers.get('content-type')).toBe('text/plain');
  });

  it('keeps no key', async () => {
    await using server = await openGeminiServer({ script: [[text('a')]] });

    await chunksOf(server);

    expect(JSON.stringify(server.requests)).not.toContain('test-key');
    expect(server.requests[0]).toMatchObject({ keyIndex: 0 });
  });
});
