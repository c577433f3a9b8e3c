import { type Message, userText } from '@cuttle/core-types';
import { failWith, rateLimited, text, thinking, toolCall } from '@cuttle/testkit';
import { openOpenaiResponsesServer } from '@cuttle/testkit/openai-responses';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collectAnswer, textIn, toAssistantMessage } from '../contract/collect-answer.ts';
import { createOpenaiResponses } from './provider.ts';

const signal = new AbortController().signal;
const tools = [{ name: 'look', description: 'Looks.', parameters: {} }];

describe('a conversation over the Responses API', () => {
  it('takes its reasoning along through calls, phases and turns', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [
        [thinking('Hm.'), text('One moment.'), toolCall('look', {}, { callId: 'c1' })],
        [thinking('Ah.'), text('A cat.')],
        [text('Yes.')],
      ],
    });
    const provider = createOpenaiResponses({ apiKey: 'test-key', baseUrl: server.url });
    const origin = { dialect: provider.dialect, provider: provider.id, model: 'gpt-5.5' };
    const messages: Message[] = [userText('what is it?')];
    const ask = async (): Promise<void> => {
      const request = {
        model: 'gpt-5.5',
        messages: [...messages],
        tools,
        thinking: 'low' as const,
      };
      const { events, error } = await collectAnswer(provider.stream(request, signal));
      expect(error).toBeUndefined();
      messages.push(toAssistantMessage(events, origin));
    };

    await ask();
    messages.push({
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'c1', name: 'look', ok: true, content: [] }],
    });
    await ask();
    messages.push(userText('sure?'));
    await ask();

    expect(server.requests[2]?.body).toMatchObject({
      store: false,
      input: [
        { role: 'user' },
        { type: 'reasoning', encrypted_content: expect.stringMatching(/^gAAAAAB/) },
        { role: 'assistant', phase: 'commentary' },
        { type: 'function_call', call_id: 'c1' },
        { type: 'function_call_output', call_id: 'c1' },
        { type: 'reasoning' },
        { role: 'assistant', phase: 'final_answer' },
        { role: 'user' },
      ],
    });
    server.assertDone();
  });

  it('goes on without its reasoning where that is not accepted any more', async () => {
    await using server = await openOpenaiResponsesServer({ script: [[text('ok')], [text('ok')]] });
    const provider = createOpenaiResponses({ apiKey: 'test-key', baseUrl: server.url });
    const origin = { dialect: provider.dialect, provider: provider.id, model: 'gpt-5-mini' };
    const value = { type: 'reasoning', id: 'rs_a', summary: [], encrypted_content: 'gAAAAABother' };
    const mark = { type: 'message', id: 'msg_aR01' };
    const messages: Message[] = [
      userText('a'),
      {
        role: 'assistant',
        origin,
        parts: [
          { type: 'opaque', origin, value },
          { type: 'text', text: 'b' },
          { type: 'opaque', origin, value: mark },
        ],
      },
      userText('c'),
    ];
    const request = { model: 'gpt-5-mini', messages, tools: [] };

    const { events } = await collectAnswer(provider.stream(request, signal));

    expect(textIn(events)).toBe('ok');
    expect(server.rejections.map(({ message }) => message)).toEqual([
      expect.stringMatching(/could not be verified/),
    ]);
    expect(server.requests[1]?.text).not.toMatch(/rs_a|msg_a/);
  });

  it.each([
    [
      "Unsupported value: 'xhigh' is not supported with the 'gpt-5.5' model.",
      { effort: 'high', summary: 'auto' },
    ],
    ['Your organization must be verified to generate reasoning summaries.', { effort: 'xhigh' }],
    ["Unsupported parameter: 'reasoning.effort' is not supported with this model.", undefined],
  ])('asks in another way, once and for all, after: %s', async (message, reasoning) => {
    await using server = await openOpenaiResponsesServer({
      script: [failWith(400, { body: { error: { message } } }), [text('a')], [text('b')]],
    });
    const provider = createOpenaiResponses({ apiKey: 'test-key', baseUrl: server.url });
    const request = {
      model: 'gpt-5.5',
      messages: [userText('a')],
      tools: [],
      thinking: 'max' as const,
    };

    for (const said of ['a', 'b'])
      expect(textIn((await collectAnswer(provider.stream(request, signal))).events)).toBe(said);

    const asked = server.calls.map(({ request: { body } }) => body);
    expect(asked).toHaveLength(3);
    expect(asked.slice(1)).toEqual([asked[1], asked[1]]);
    const { reasoning: said } = z
      .looseObject({ reasoning: z.unknown().optional() })
      .parse(asked[1]);
    expect(said).toEqual(reasoning);
  });
});

describe('a ChatGPT subscription', () => {
  it('is asked at its own address, in the name of its account', async () => {
    const asked: Request[] = [];
    const provider = createOpenaiResponses({
      apiKey: 'token',
      chatgptAccountId: 'acc-1',
      fetch: async (input, init) => {
        asked.push(new Request(input, init));
        return Response.json({ status: 'completed', output: [] });
      },
    });
    const request = { model: 'gpt-5.5', messages: [userText('a')], tools: [] };

    const { error } = await collectAnswer(provider.stream(request, signal));

    expect(error).toBeUndefined();
    expect(asked.map(({ url }) => url)).toEqual([
      'https://chatgpt.com/backend-api/codex/responses',
    ]);
    expect(asked[0]?.headers.get('chatgpt-account-id')).toBe('acc-1');
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer token');
  });

  it('learns what it does not take, and how long it is used up', async () => {
    await using server = await openOpenaiResponsesServer({
      script: [
        [text('ok')],
        {
          ...rateLimited(),
          headers: {},
          body: { error: { type: 'usage_limit_reached', resets_in_seconds: 60 } },
        },
      ],
      accountId: 'acc-1',
    });
    const provider = createOpenaiResponses({
      apiKey: 'test-key',
      baseUrl: server.url,
      chatgptAccountId: 'acc-1',
    });
    const request = {
      model: 'gpt-5.5',
      messages: [userText('a')],
      tools: [],
      parameters: { maxOutputTokens: 99 },
    };

    const taken = await collectAnswer(provider.stream(request, signal));
    const limited = await collectAnswer(provider.stream(request, signal));

    expect(textIn(taken.events)).toBe('ok');
    expect(server.rejections.map(({ message }) => message)).toEqual([
      'Instructions are required',
      'Unsupported parameter: max_output_tokens',
    ]);
    expect(limited.error).toMatchObject({ code: 'provider.rate-limited', retryAfterMs: 60_000 });
  });
});

describe('an answer of the Responses API', () => {
  const read = async (
    body: object | string,
  ): Promise<Awaited<ReturnType<typeof collectAnswer>>> => {
    const provider = createOpenaiResponses({
      apiKey: 'k',
      fetch: async () => (typeof body === 'string' ? new Response(body) : Response.json(body)),
    });
    const request = { model: 'm', messages: [userText('a')], tools: [] };
    return collectAnswer(provider.stream(request, signal));
  };

  it('that refuses is filtered', async () => {
    const content = [{ type: 'refusal', refusal: 'I cannot help with that.' }];
    const { events } = await read({ status: 'completed', output: [{ type: 'message', content }] });
    expect(textIn(events)).toBe('I cannot help with that.');
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'filtered' });
  });

  it('shows a reasoning once, also where its summary repeats it', async () => {
    const item = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Short.' }],
      content: [{ type: 'reasoning_text', text: 'At length.' }],
    };
    const events = [
      { type: 'response.reasoning_summary_text.delta', summary_index: 0, delta: 'Sho' },
      { type: 'response.output_item.done', item },
      { type: 'response.completed', response: { status: 'completed' } },
    ];
    const streamed = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    expect(textIn((await read(streamed)).events, 'thinking')).toBe('Short.');
    const whole = { status: 'completed', output: [item] };
    expect(textIn((await read(whole)).events, 'thinking')).toBe('At length.');
  });

  it('that was stopped by a filter is filtered', async () => {
    const incomplete_details = { reason: 'content_filter' };
    const { events } = await read({ status: 'incomplete', incomplete_details, output: [] });
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'filtered' });
  });

  it.each([
    ['overflow', 'context_length_exceeded', 'Your input exceeds the context window of this model.'],
    ['overloaded', 'server_error', 'The model had an error.'],
    ['rate-limited', 'rate_limit_exceeded', 'Rate limit reached. Please try again in 2s.'],
    ['filtered', 'invalid_prompt', 'Invalid prompt: your prompt was flagged.'],
  ])('that failed is %s by its code', async (code, stated, message) => {
    const failed = { status: 'failed', error: { code: stated, message }, output: [] };
    const event = JSON.stringify({ type: 'response.failed', response: failed });
    for (const body of [failed, `data: ${event}\n\n`])
      expect((await read(body)).error).toMatchObject({ code: `provider.${code}` });
  });

  it('that is none names the setting to check', async () => {
    const { error } = await read({ choices: [] });
    expect(error).toMatchObject({
      code: 'provider.invalid',
      hint: expect.stringMatching(/before \/responses/),
    });
  });
});
