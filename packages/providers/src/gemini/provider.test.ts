import { userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { text } from '@cuttle/testkit';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { describe, expect, it } from 'vitest';
import { collectAnswer, textIn, toAssistantMessage } from '../contract/collect-answer.ts';
import { createGemini, type GeminiSettings } from './provider.ts';

const signal = new AbortController().signal;
const request: ModelRequest = {
  model: 'gemini-3-flash-preview',
  messages: [userText('hi')],
  tools: [],
};
const stop = { candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP' }] };

/** What a provider asks of its service, which answers the same each time. */
async function askedBy(
  settings: GeminiSettings,
  model = request.model,
): Promise<{ readonly url: string; readonly headers: Headers; readonly body: unknown }> {
  const asked: Request[] = [];
  const provider = createGemini({
    ...settings,
    fetch: async (input, init) => {
      asked.push(new Request(input, init));
      return Response.json(stop);
    },
  });
  const { error } = await collectAnswer(provider.stream({ ...request, model }, signal));
  expect(error).toBeUndefined();
  const [first] = asked;
  if (!first) throw new TypeError('Nothing was asked');
  return { url: first.url, headers: first.headers, body: await first.json() };
}

describe('the address of Gemini', () => {
  it('is that of the API, with the key in a header', async () => {
    const { url, headers, body } = await askedBy({ apiKey: 'secret-key' });
    expect(url).toBe(
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-3-flash-preview:streamGenerateContent?alt=sse',
    );
    expect(headers.get('x-goog-api-key')).toBe('secret-key');
    expect(headers.get('x-goog-api-client')).toMatch(/^genai-js\//);
    expect(headers.has('authorization')).toBe(false);
    expect(body).toMatchObject({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] });
  });

  it('is another where the settings say so, with other headers', async () => {
    const { url, headers } = await askedBy({
      baseUrl: 'https://proxy.example/google/',
      apiVersion: 'v1',
      apiKeys: ['first', 'second'],
      headers: { 'x-team': 'a', 'x-goog-api-key': 'other' },
    });
    expect(url).toMatch(/^https:\/\/proxy\.example\/google\/v1\/models\/gemini/);
    expect(headers.get('x-team')).toBe('a');
    expect(headers.get('x-goog-api-key')).toBe('other');
  });

  it.each([
    ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com'],
    [undefined, 'https://aiplatform.googleapis.com'],
  ])('is that of a project at Vertex AI, with a token: %s', async (location, origin) => {
    const { url, headers } = await askedBy({
      authToken: 'ya29.token',
      vertex: { project: 'p-1', ...(location !== undefined && { location }) },
    });
    expect(url).toBe(
      `${origin}/v1beta1/projects/p-1/locations/${location ?? 'global'}/publishers/google/models/gemini-3-flash-preview:streamGenerateContent?alt=sse`,
    );
    expect(headers.get('authorization')).toBe('Bearer ya29.token');
    expect(headers.has('x-goog-api-key')).toBe(false);
  });

  it.each([
    ['models/gemini-2.5-flash', '/v1beta/models/gemini-2.5-flash:stream'],
    ['tunedModels/mine-1', '/v1beta/tunedModels/mine-1:stream'],
    ['a?b#c:d', '/v1beta/models/a%3Fb%23c%3Ad:stream'],
  ])('holds the model as a name: %s', async (model, path) => {
    expect((await askedBy({ apiKey: 'k' }, model)).url).toContain(path);
  });

  it.each(['', '..', 'models/../../v1/files', 'a//b', './x'])(
    'is not led elsewhere by the model %j',
    async (model) => {
      let asked = 0;
      const fetch = async (): Promise<Response> => {
        asked += 1;
        return Response.json(stop);
      };
      const stream = createGemini({ apiKey: 'k', fetch }).stream({ ...request, model }, signal);
      expect((await collectAnswer(stream)).error).toMatchObject({ code: 'provider.invalid' });
      expect(asked).toBe(0);
    },
  );

  it('says that a key is none, without showing it', async () => {
    const provider = createGemini({ apiKey: 'sec\nret', fetch: async () => Response.json(stop) });
    const { error } = await collectAnswer(provider.stream(request, signal));
    expect(error).toMatchObject({ code: 'provider.auth' });
    expect(String(error)).not.toMatch(/sec|ret/);
  });

  it.each([
    { baseUrl: 'ftp://a' },
    { vertex: { project: '../x' } },
    { vertex: { project: 'p', location: 'a.evil/' } },
    { apiVersion: '../v1' },
  ])('is refused at once where it is none: %j', (settings) => {
    expect(() => createGemini(settings)).toThrow(/invalid/i);
  });
});

describe('the fetch of Gemini', () => {
  it('is the one that was given, for each provider its own, and nobody else sees it', async () => {
    const before = globalThis.fetch;
    const seen: string[] = [];
    const answerAs = (name: string) =>
      createGemini({
        apiKey: 'k',
        fetch: async () => {
          seen.push(`${name} ${String(globalThis.fetch === before)}`);
          await Promise.resolve();
          return Response.json({
            candidates: [{ content: { parts: [{ text: name }] }, finishReason: 'STOP' }],
          });
        },
      });
    const names = ['a', 'b', 'c'];
    const answers = await Promise.all(
      names.map((name) => collectAnswer(answerAs(name).stream(request, signal))),
    );
    expect(answers.map(({ events }) => textIn(events))).toEqual(names);
    expect(seen.toSorted()).toEqual(['a true', 'b true', 'c true']);
    expect(globalThis.fetch).toBe(before);
  });
});

describe('the bytes of Gemini', () => {
  it('are those of the request before, and go on', async () => {
    await using server = await openGeminiServer({ script: () => [text('ok')] });
    const provider = createGemini({ apiKey: 'test-key', baseUrl: server.url });
    const first: ModelRequest = {
      ...request,
      system: 'Be brief.',
      tools: [{ name: 'look', description: 'Looks.', parameters: {} }],
      thinking: 'low',
    };
    const { events } = await collectAnswer(provider.stream(first, signal));
    const origin = { dialect: 'gemini', provider: 'gemini', model: request.model };
    const messages = [...first.messages, toAssistantMessage(events, origin), userText('more')];
    await collectAnswer(provider.stream({ ...first, messages }, signal));

    const [before = '', after = ''] = server.requests.map((each) => each.text);
    expect(before.endsWith(']}')).toBe(true);
    expect(after.startsWith(before.slice(0, -2))).toBe(true);
    expect(after).toContain('"thoughtSignature"');
    expect(server.violations).toEqual([]);
  });
});

describe('the models of Gemini', () => {
  it('are those that answer', async () => {
    const list = {
      models: [
        {
          name: 'models/gemini-x',
          inputTokenLimit: 1000,
          outputTokenLimit: 100,
          supportedGenerationMethods: ['generateContent', 'countTokens'],
        },
        { name: 'models/embedding-1', supportedGenerationMethods: ['embedContent'] },
        { name: 'models/gemma-x' },
      ],
    };
    const provider = createGemini({ apiKey: 'k', fetch: async () => Response.json(list) });
    expect(await provider.models(signal)).toEqual([
      {
        id: 'gemini-x',
        contextWindow: 1000,
        maxOutputTokens: 100,
        inputs: ['text', 'image', 'audio', 'document', 'video'],
      },
      { id: 'gemma-x' },
    ]);
  });

  it('are those of the publisher at Vertex AI', async () => {
    const asked: string[] = [];
    const provider = createGemini({
      authToken: 't',
      vertex: { project: 'p' },
      fetch: async (input) => {
        asked.push(new Request(input).url);
        return Response.json({ publisherModels: [{ name: 'publishers/google/models/gemini-x' }] });
      },
    });
    expect(await provider.models(signal)).toEqual([{ id: 'gemini-x' }]);
    expect(asked).toEqual([
      'https://aiplatform.googleapis.com/v1beta1/publishers/google/models?pageSize=1000',
    ]);
  });

  it('are listed by a server', async () => {
    await using server = await openGeminiServer({ script: [] });
    const provider = createGemini({ apiKey: 'test-key', baseUrl: server.url });
    expect((await provider.models(signal)).map(({ id }) => id)).toContain('gemini-2.5-pro');
    expect(server.violations).toEqual([]);
  });
});

describe('a refusal that another wording avoids', () => {
  it.each<[string, Partial<ModelRequest>, number]>([
    ['a level that the model does not know', { model: 'old-name', thinking: 'minimal' }, 1],
    ['thinking', { model: 'gemini-9-flash', thinking: 'high' }, 2],
  ])('is met once, and remembered for the model: %s', async (_what, change, requests) => {
    await using server = await openGeminiServer({
      script: () => [text('ok')],
      models: [
        { id: 'old-name', thinking: { kind: 'none' } },
        { id: 'gemini-9-flash', thinking: { kind: 'none' } },
      ],
    });
    const provider = createGemini({ apiKey: 'test-key', baseUrl: server.url });
    for (const expected of [requests, requests + 1]) {
      const { error } = await collectAnswer(provider.stream({ ...request, ...change }, signal));
      expect(error).toBeUndefined();
      expect(server.requests).toHaveLength(expected);
    }
  });

  it('asks without signatures that another account gave', async () => {
    await using server = await openGeminiServer({ script: () => [text('ok')] });
    const provider = createGemini({ apiKey: 'test-key', baseUrl: server.url });
    const origin = { dialect: 'gemini', provider: 'gemini', model: request.model };
    const messages: ModelRequest['messages'] = [
      userText('hi'),
      {
        role: 'assistant',
        parts: [
          {
            type: 'tool-call',
            callId: 'c',
            name: 'look',
            input: {},
            opaque: { thoughtSignature: 'b3RoZXI=' },
          },
        ],
        origin,
      },
      {
        role: 'tool',
        parts: [{ type: 'tool-result', callId: 'c', name: 'look', ok: true, content: [] }],
      },
    ];
    const { error } = await collectAnswer(provider.stream({ ...request, messages }, signal));
    expect(error).toBeUndefined();
    expect(server.rejections.map(({ message }) => message)).toEqual([
      'Corrupted thought signature.',
    ]);
    expect(server.requests).toHaveLength(2);
  });
});
