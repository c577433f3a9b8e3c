import type { EmbeddingTurn } from '@cuttle/testkit';
import { cut, failWith, stall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import OpenAI, { APIError, APIUserAbortError, AuthenticationError, NotFoundError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

let turns: EmbeddingTurn[] = [];
let service: Awaited<ReturnType<typeof openOpenaiServer>>;
let gateway: OpenGateway;
let client: OpenAI;
beforeAll(async () => {
  service = await openOpenaiServer({ script: [], embeddings: () => turns.shift() });
  const provider = {
    kind: 'openai',
    baseUrl: service.url,
    apiKey: 'test-key',
    models: [{ id: 'text-embedding-3-small', prices: { input: 0.02, output: 0 } }],
  };
  gateway = await openGateway({
    adjust(config) {
      Object.assign(config.providers, {
        vectors: provider,
        claude: { kind: 'anthropic', apiKey: 'k' },
      });
    },
  });
  client = new OpenAI({ apiKey: gateway.token, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});
beforeEach(() => {
  turns = [];
});

const model = 'vectors/text-embedding-3-small';
async function failureOf(work: PromiseLike<unknown>): Promise<APIError> {
  const error = await Promise.resolve(work).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof APIError) return error;
  throw new TypeError(`It did not fail as expected: ${String(error)}`);
}

describe('the official client asks for embeddings', () => {
  it('of one text and of several, in numbers and in base64', async () => {
    const one = await client.embeddings.create({ model, input: 'the cat sleeps' });
    expect(one).toMatchObject({ object: 'list', model, usage: { prompt_tokens: 4 } });
    const several = await client.embeddings.create({
      model,
      input: ['invoices are due', 'the cat sleeps'],
      encoding_format: 'float',
    });
    expect(several.data.map(({ index, object }) => ({ index, object }))).toEqual([
      { index: 0, object: 'embedding' },
      { index: 1, object: 'embedding' },
    ]);
    const [same] = one.data;
    expect(several.data[1]?.embedding).toHaveLength(1536);
    expect(several.data[1]?.embedding).toEqual(
      [...(same?.embedding ?? [])].map((value) => expect.closeTo(value, 6)),
    );
  });

  it('of a length that it names', async () => {
    const { data } = await client.embeddings.create({ model, input: 'a', dimensions: 256 });
    expect(data[0]?.embedding).toHaveLength(256);
  });

  it('by the name of the gateway, which stands for the model that is set up', async () => {
    const answer = await client.embeddings.create({ model: 'cuttle', input: 'a' });
    expect(answer.model).toBe(model);
    expect((await client.embeddings.create({ model: 'cuttle/main', input: 'a' })).model).toBe(
      model,
    );
    const listed = (await client.models.list()).data.map(({ id }) => id);
    expect(listed).toContain(model);
  });

  it('of two thousand texts, which the service is sent in parts', async () => {
    const before = service.embeddingCalls.length;
    const input = Array.from({ length: 500 }, (_, at) => `text ${at}`);
    const { data } = await client.embeddings.create({ model, input, dimensions: 8 });
    expect(data.map(({ index }) => index)).toEqual(input.map((_text, at) => at));
    expect(service.embeddingCalls.length).toBeGreaterThan(before + 1);
  });

  it.each([
    ['an empty text', { input: '' }, 'request.invalid'],
    ['an empty text of several', { input: ['a', ''] }, 'request.invalid'],
    ['no text', { input: [] }, 'request.invalid'],
    ['too many texts', { input: Array.from({ length: 2049 }, () => 'a') }, 'request.invalid'],
    ['a list of tokens', { input: [1, 2, 3] }, 'unsupported_parameter'],
    ['lists of tokens', { input: [[1], [2]] }, 'unsupported_parameter'],
    ['a length that is none', { input: 'a', dimensions: 0 }, 'request.invalid'],
    ['a length that the model has not', { input: 'a', dimensions: 4000 }, 'provider.invalid'],
  ])('and is refused %s', async (_what, body, code) => {
    const error = await failureOf(client.embeddings.create({ model, ...body }));
    expect(error).toMatchObject({ code });
    expect(error.message.length).toBeGreaterThan(20);
  });

  it('and is told of models that are not there or embed nothing', async () => {
    const unknown = client.embeddings.create({ model: 'nobody/x', input: 'a' });
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError);
    const chat = client.embeddings.create({ model: 'claude/claude-sonnet-5-5', input: 'a' });
    expect(await failureOf(chat)).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('and is refused a token that is not right', async () => {
    const stranger = new OpenAI({ apiKey: 'wrong', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const asked = stranger.embeddings.create({ model, input: 'a' });
    await expect(asked).rejects.toBeInstanceOf(AuthenticationError);
  });

  it('while the service fails and comes back', async () => {
    turns = [failWith(503), [cut()], undefined];
    const { data } = await client.embeddings.create({ model, input: 'a', dimensions: 8 });
    expect(data).toHaveLength(1);
    expect(turns).toEqual([]);
    turns = [failWith(401)];
    const refused = await failureOf(client.embeddings.create({ model, input: 'a' }));
    expect(refused).toMatchObject({ status: 502, code: 'provider.auth' });
  });

  it('and leaves, whereupon nothing is asked further', async () => {
    turns = [[stall()]];
    const count = service.embeddingCalls.length;
    const controller = new AbortController();
    const asked = client.embeddings.create({ model, input: 'a' }, { signal: controller.signal });
    await service.untilEmbeddings(count + 1, new AbortController().signal);
    controller.abort();
    await expect(asked).rejects.toBeInstanceOf(APIUserAbortError);
    await service.requests.at(-1)?.settled;
    expect(service.requests.at(-1)?.outcome).toBe('aborted');
  });

  it('and is counted with tokens and cost', async () => {
    const { rows } = await gateway.server.call('usage.cost', { by: 'model', days: 1 });
    const before = rows.find(({ key }) => key === model);
    await client.embeddings.create({ model, input: 'x'.repeat(32_000) });
    const after = await gateway.server.call('usage.cost', { by: 'model', days: 1 });
    const now = after.rows.find(({ key }) => key === model);
    expect(now?.calls).toBe((before?.calls ?? 0) + 1);
    expect(now?.costMicros).toBe((before?.costMicros ?? 0) + 160);
    expect(now?.unpricedCalls).toBe(0);
    const agents = await gateway.server.call('usage.cost', { by: 'agent', days: 1 });
    expect(agents.rows.map(({ key }) => key)).toContain('main');
  });
});

describe('a gateway with a budget', () => {
  it('embeds while there is room', async () => {
    await using small = await openGateway({
      adjust(config) {
        Object.assign(config.providers, {
          vectors: {
            kind: 'openai',
            baseUrl: service.url,
            apiKey: 'test-key',
            models: [{ id: 'text-embedding-3-small', prices: { input: 20, output: 0 } }],
          },
        });
        config.budgets.gateway = { usdPerDay: 0.001, action: 'stop' };
      },
    });
    const asker = new OpenAI({ apiKey: small.token, baseURL: `${small.url}/v1`, maxRetries: 0 });
    await asker.embeddings.create({ model, input: 'a short text' });
    const long = asker.embeddings.create({ model, input: 'word '.repeat(100) });
    expect(await failureOf(long)).toMatchObject({ status: 402, code: 'budget.exceeded' });
    const unpriced = asker.embeddings.create({
      model: 'vectors/text-embedding-3-large',
      input: 'a',
    });
    expect(await failureOf(unpriced)).toMatchObject({ code: 'budget.unpriced' });
  });
});
