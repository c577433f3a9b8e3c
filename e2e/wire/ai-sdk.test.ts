import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';
import { type CheckedFetch, collect, createCheckedFetch } from './checked-fetch.ts';

let gateway: OpenGateway;
let checked: CheckedFetch;
let cuttle: ReturnType<typeof createOpenAICompatible>;
beforeAll(async () => {
  gateway = await openGateway();
  checked = await createCheckedFetch();
  cuttle = createOpenAICompatible({
    name: 'cuttle',
    baseURL: `${gateway.url}/v1`,
    apiKey: gateway.token,
    includeUsage: true,
    fetch: checked.fetch,
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());
afterEach(() => checked.assertRight());

const weather = tool({
  description: 'The weather of a city.',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  execute: async ({ city }) => `${city}: fog`,
});

describe('the AI SDK', () => {
  it('generates text, with usage', async () => {
    const { text, usage, finishReason } = await generateText({
      model: cuttle('cuttle'),
      system: 'Be kind.',
      prompt: 'Hello there',
    });
    expect(text).toBe('You said: Hello there');
    expect(finishReason).toBe('stop');
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  it('streams text, with usage', async () => {
    const result = streamText({ model: cuttle('cuttle'), prompt: '[[tokens=25]]' });
    const pieces = await collect(result.textStream);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('').trim().split(' ')).toHaveLength(25);
    expect((await result.usage).outputTokens).toBeGreaterThan(0);
  });

  it('runs its own tools around the agent', async () => {
    const prompt = 'Fog? [[tool=get_weather {"city":"Bergen"}]]';
    const tools = { get_weather: weather };
    const whole = await generateText({
      model: cuttle('cuttle'),
      prompt,
      tools,
      stopWhen: isStepCount(3),
    });
    expect(whole.steps).toHaveLength(2);
    expect(whole.text.trim()).toBe('Results: get_weather → Bergen: fog.');
    const streamed = streamText({
      model: cuttle('cuttle'),
      prompt,
      tools,
      stopWhen: isStepCount(3),
    });
    expect((await streamed.text).trim()).toBe('Results: get_weather → Bergen: fog.');
  });

  it('speaks to a model by its name', async () => {
    const { text } = await generateText({
      model: cuttle('local/gpt-4.1-mini'),
      prompt: 'Plainly',
    });
    expect(text).toBe('You said: Plainly');
    expect(gateway.model.calls.at(-1)).toMatchObject({ system: '', tools: [] });
  });

  it('is told what went wrong, and does not repeat what was accepted', async () => {
    const before = gateway.model.calls.length;
    const wrong = generateText({ model: cuttle('cuttle'), prompt: '[[fail=400]]', maxRetries: 0 });
    await expect(wrong).rejects.toThrow(APICallError);
    expect(gateway.model.calls.length).toBe(before + 1);
    const unknown = generateText({ model: cuttle('cuttle/nobody'), prompt: 'x' });
    await expect(unknown).rejects.toMatchObject({ statusCode: 404, isRetryable: false });
  });

  it('aborts', async () => {
    const controller = new AbortController();
    const result = streamText({
      model: cuttle('cuttle'),
      prompt: '[[hang]]',
      abortSignal: controller.signal,
    });
    for await (const part of result.fullStream) if (part.type === 'text-delta') controller.abort();
    await gateway.model.requests.at(-1)?.settled;
    await gateway.server.settled();
    expect((await gateway.server.call('status', {})).running).toBe(0);
  });
});
