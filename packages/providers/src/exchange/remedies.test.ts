import { userText } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { anthropicRemedies } from '../anthropic/remedies.ts';
import { createAnthropic } from '../anthropic/provider.ts';
import { collectAnswer, textIn } from '../contract/collect-answer.ts';
import { createOllama } from '../ollama/provider.ts';
import { ollamaRemedies } from '../ollama/remedies.ts';
import { createOpenai } from '../openai/provider.ts';
import { openaiRemedies } from '../openai/remedies.ts';
import type { Fetch } from './strict-fetch.ts';

const signal = new AbortController().signal;

/** Refuses what a test does not like, with a message, and otherwise says ok. */
function picky(refusal: (body: string) => string | undefined): { fetch: Fetch; bodies: string[] } {
  const bodies: string[] = [];
  const fetch: Fetch = async (input, init) => {
    const body = await new Request(input, init).text();
    bodies.push(body);
    const message = refusal(body);
    return message === undefined
      ? Response.json({ choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }] })
      : Response.json({ error: { message } }, { status: 400 });
  };
  return { fetch, bodies };
}

const request = {
  model: 'm',
  messages: [userText('hi')],
  tools: [],
  thinking: 'low' as const,
  parameters: { temperature: 0.5, maxOutputTokens: 9 },
};

describe('a request that a service refuses', () => {
  it('is asked again in each way that the refusals call for, and once only from then on', async () => {
    const { fetch, bodies } = picky((body) => {
      if (body.includes('"reasoning_effort"'))
        return 'Unrecognized request argument: reasoning_effort';
      if (body.includes('"max_tokens"'))
        return "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
      return undefined;
    });
    const provider = createOpenai({ baseUrl: 'http://127.0.0.1:9/v1', fetch });
    const { events } = await collectAnswer(provider.stream(request, signal));
    expect(textIn(events)).toBe('ok');
    expect(bodies).toHaveLength(3);
    expect(JSON.parse(bodies[2] ?? '')).toMatchObject({
      max_completion_tokens: 9,
      temperature: 0.5,
    });
    await collectAnswer(provider.stream(request, signal));
    expect(bodies).toHaveLength(4);
  });

  it('is asked without old thinking where that alone is refused, and with it the next time', async () => {
    const { fetch, bodies } = picky((body) =>
      body.includes('"signature"')
        ? 'messages.1.content.0: Invalid `signature` in `thinking` block'
        : undefined,
    );
    const provider = createAnthropic({ apiKey: 'k', fetch });
    const model = 'claude-sonnet-4-5';
    const origin = { dialect: 'anthropic', provider: 'anthropic', model };
    const thought = {
      role: 'assistant' as const,
      origin,
      parts: [
        { type: 'thinking' as const, text: 'hm', signature: 'old' },
        { type: 'text' as const, text: 'yes' },
      ],
    };
    const messages = [userText('a'), thought, userText('b')];
    await collectAnswer(provider.stream({ model, messages, tools: [] }, signal));
    expect(bodies.map((body) => body.includes('"signature"'))).toEqual([true, false]);
    await collectAnswer(provider.stream({ model, messages, tools: [] }, signal));
    expect(bodies.map((body) => body.includes('"signature"'))).toEqual([true, false, true, false]);
  });

  it('goes without thinking where another model made the calls, and thinks again the next time', async () => {
    const { fetch, bodies } = picky((body) =>
      body.includes('"enabled"')
        ? 'The `reasoning_content` in the thinking mode must be passed back to the API.'
        : undefined,
    );
    const provider = createOpenai({
      baseUrl: 'http://127.0.0.1:9/v1',
      quirks: { thinking: 'thinking' },
      fetch,
    });
    for (let turn = 0; turn < 2; turn += 1) {
      const { events } = await collectAnswer(provider.stream(request, signal));
      expect(textIn(events)).toBe('ok');
    }
    const modes = bodies.map((body) => JSON.parse(body).thinking.type);
    expect(modes).toEqual(['enabled', 'disabled', 'enabled', 'disabled']);
  });

  it('fails where nothing helps, or the same remedy again', async () => {
    for (const message of ['no', "'temperature' does not support 0.5 with this model"]) {
      const { fetch, bodies } = picky(() => message);
      const provider = createOpenai({ baseUrl: 'http://127.0.0.1:9/v1', fetch });
      const { error } = await collectAnswer(provider.stream(request, signal));
      expect(error).toMatchObject({ code: 'provider.invalid' });
      expect(bodies.length).toBeLessThanOrEqual(2);
    }
  });

  it('is not changed from then on by a remedy that did not help', async () => {
    const state = { refusals: 2 };
    const { fetch, bodies } = picky(() => {
      state.refusals -= 1;
      return state.refusals >= 0 ? "'temperature' does not support 0.5 with this model" : undefined;
    });
    const provider = createOpenai({ baseUrl: 'http://127.0.0.1:9/v1', fetch });
    const first = await collectAnswer(provider.stream(request, signal));
    expect(first.error).toMatchObject({ code: 'provider.invalid' });
    await collectAnswer(provider.stream(request, signal));
    expect(bodies.map((body) => body.includes('"temperature"'))).toEqual([true, false, true]);
  });

  it('can be left before it is asked', async () => {
    const { fetch, bodies } = picky(() => undefined);
    for (const provider of [
      createOpenai({ baseUrl: 'http://127.0.0.1:9/v1', fetch }),
      createAnthropic({ apiKey: 'k', fetch }),
      createOllama({ fetch }),
    ]) {
      const iterator = provider.stream(request, signal)[Symbol.asyncIterator]();
      expect(await iterator.return?.()).toMatchObject({ done: true });
    }
    expect(bodies).toEqual([]);
  });

  it.each([
    [
      "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
      'without-sampling',
    ],
    [
      "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.",
      'other-effort',
    ],
    [
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'other-max-tokens',
    ],
    ['Extra inputs are not permitted: stream_options', 'without-usage'],
    [
      "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
      'without-system',
    ],
    ['Reasoning is mandatory for this endpoint and cannot be disabled.', 'without-thinking'],
    ['The reasoning_content in the thinking mode must be passed back to the API.', 'thinking-off'],
    [
      "Invalid 'messages[3]'. Content blocks are expected to be either text or image_url type.",
      undefined,
    ],
  ])('of OpenAI, saying "%s", is remedied', (message, name) => {
    expect(openaiRemedies.find(({ refusal }) => refusal.test(message))?.name).toBe(name);
  });

  it.each([
    ['messages.1.content.0: Invalid `signature` in `thinking` block', 'without-old-thinking'],
    [
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
      'without-thinking',
    ],
    ['Thinking may not be enabled when tool_choice forces tool use.', 'without-forced-tool'],
    [
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
      'without-sampling',
    ],
    [
      'max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5',
      'with-fewer-tokens',
    ],
    ['cache_control: Extra inputs are not permitted', 'without-cache-marks'],
    ['messages: text content blocks must be non-empty', undefined],
  ])('of Anthropic, saying "%s", is remedied', (message, name) => {
    expect(anthropicRemedies.find(({ refusal }) => refusal.test(message))?.name).toBe(name);
  });

  it.each([
    ['"llama3.2" does not support thinking', 'without-thinking'],
    ['this model is missing data required for image input', 'without-images'],
    ['registry.ollama.ai/library/gemma:2b does not support tools', undefined],
  ])('of Ollama, saying "%s", is remedied', (message, name) => {
    expect(ollamaRemedies.find(({ refusal }) => refusal.test(message))?.name).toBe(name);
  });
});
