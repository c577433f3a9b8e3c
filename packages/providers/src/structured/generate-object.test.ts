import { userText } from '@cuttle/core-types';
import type { ModelCall, Turn } from '@cuttle/testkit';
import { finish, scriptedModel, text, toolCall } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bytesFetch } from '../contract/bytes-fetch.ts';
import { spokenDialects } from '../contract/dialects.ts';
import { voiceOf } from '../contract/voices.ts';
import { generateObject } from './generate-object.ts';

const never = new AbortController().signal;

/** As each service says that its model will not answer. */
const refusals: readonly (readonly [string, readonly object[]])[] = [
  [
    'anthropic',
    [
      { type: 'content_block_start', content_block: { type: 'text', text: 'I cannot.' } },
      { type: 'message_delta', delta: { stop_reason: 'refusal' } },
      { type: 'message_stop' },
    ],
  ],
  [
    'bedrock',
    [
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'I cannot.' } } },
      { messageStop: { stopReason: 'guardrail_intervened' } },
      { metadata: { usage: {} } },
    ],
  ],
  [
    'gemini',
    [{ candidates: [{ content: { parts: [{ text: 'I cannot.' }] }, finishReason: 'SAFETY' }] }],
  ],
  ['openai', [{ choices: [{ delta: { refusal: 'I cannot.' }, finish_reason: 'stop' }] }]],
  [
    'openai-responses',
    [
      { type: 'response.refusal.delta', delta: 'I cannot.' },
      { type: 'response.completed', response: { status: 'completed' } },
    ],
  ],
];
const Place = z.object({
  name: z.string().describe('As people there call it.'),
  people: z.int().min(1),
  rivers: z.array(z.string()).max(3),
  founded: z.number().optional(),
  mayor: z.string().nullable(),
});
const kiel = { name: 'Kiel', people: 246_000, rivers: ['Schwentine'], mayor: null };
const request = { messages: [userText('Where are you?')], schema: Place, name: 'place' };

/** The answer in the way in which the call asks for one. */
function answer({ tools }: ModelCall, value: unknown): Turn {
  return tools.length > 0 ? [toolCall('place', value)] : [text(JSON.stringify(value))];
}

describe.each(
  spokenDialects.flatMap((dialect) => dialect.models.map((model) => ({ dialect, model }))),
)('generateObject with $dialect.id and $model', ({ dialect, model }) => {
  it('gives a value of the schema, asked for in a request that the service takes', async () => {
    await using server = await dialect.serve((call) => answer(call, kiel));
    const given = await generateObject({ ...request, model }, dialect.connect(server), never);
    expect(given).toMatchObject({ value: kiel, repaired: false });
    expect(server.rejections).toEqual([]);
    expect(server.requests.at(-1)?.text).toContain('As people there call it.');
  });

  it('tells the model once what is wrong, and adds up what both calls took', async () => {
    await using server = await dialect.serve((call) =>
      answer(call, call.order === 1 ? { ...kiel, people: 0 } : kiel),
    );
    const provider = dialect.connect(server);
    const given = await generateObject({ ...request, model }, provider, never);
    expect(given).toMatchObject({ value: kiel, repaired: true });
    expect(given.usage.inputTokens).toBeGreaterThan(server.calls.length);
    expect(server.calls.at(-1)?.messages.at(-1)?.text).toContain('people');
    expect(server.rejections).toEqual([]);
  });

  it('says that an answer was cut off, and asks for a shorter one', async () => {
    await using server = await dialect.serve((call) =>
      call.order === 1 ? [text('{"name":"Ki'), finish('length')] : answer(call, kiel),
    );
    const given = await generateObject({ ...request, model }, dialect.connect(server), never);
    expect(given).toMatchObject({ value: kiel, repaired: true });
    expect(server.calls.at(-1)?.messages.at(-1)?.text).toContain('cut off at the limit');
    expect(server.rejections).toEqual([]);
  });

  it('says what to do about answers that are cut off again and again', async () => {
    await using server = await dialect.serve(() => [text('{"name":"Ki'), finish('length')]);
    const asked = generateObject({ ...request, model }, dialect.connect(server), never);
    await expect(asked).rejects.toMatchObject({
      code: 'provider.malformed',
      hint: expect.stringContaining('maxOutputTokens'),
    });
    expect(server.calls.length).toBe(2);
  });

  it('gives up when the second answer does not fit either', async () => {
    await using server = await dialect.serve((call) => answer(call, { name: 'Kiel' }));
    const asked = generateObject({ ...request, model }, dialect.connect(server), never);
    await expect(asked).rejects.toMatchObject({
      code: 'provider.malformed',
      message: expect.stringContaining('people'),
    });
    expect(server.calls.length).toBe(2);
  });

  it.each([
    ['a list', z.array(z.string()), ['a', 'b']],
    ['a choice', z.enum(['red', 'blue']), 'red'],
    ['a record', z.object({ by: z.record(z.string(), z.number()) }), { by: { a: 1 } }],
    [
      'a union',
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), a: z.string() }),
        z.object({ kind: z.literal('b'), b: z.number() }),
      ]),
      { kind: 'b', b: 2 },
    ],
  ])('takes %s too', async (_what, schema: z.ZodType, value) => {
    await using server = await dialect.serve((call) =>
      answer(call, typeof value === 'object' && 'by' in value ? value : { value }),
    );
    const provider = dialect.connect(server);
    const given = await generateObject({ ...request, model, schema }, provider, never);
    expect(given.value).toEqual(value);
    expect(server.rejections).toEqual([]);
  });
});

describe('generateObject', () => {
  it.each([
    ['between fences', '```json\n{"a": 1}\n```'],
    ['with a word before it', 'Here you are: {"a": 1} — anything else?'],
    ['between fences that name nothing', 'Sure.\n```\n{"a": 1}\n```\nDone.'],
  ])('reads a value %s', async (_where, said) => {
    const schema = z.object({ a: z.number() });
    const model = scriptedModel([[text(said)]]);
    const given = await generateObject({ model: 'm', messages: [], schema }, model, never);
    expect(given.value).toEqual({ a: 1 });
  });

  it('takes null for what may be left out, where the service cannot leave it out', async () => {
    const openai = spokenDialects.find(({ id }) => id === 'openai');
    if (!openai) throw new Error('There is no such dialect.');
    const schema = z.object({
      left: z.string().optional(),
      kept: z.string().nullable(),
      list: z.array(z.object({ left: z.number().optional() })),
    });
    await using server = await openai.serve(() => [
      text('{"left": null, "kept": null, "list": [{"left": null}, {"left": 2}]}'),
    ]);
    const given = await generateObject(
      { ...request, model: 'gpt-5-mini', schema },
      openai.connect(server),
      never,
    );
    expect(given.value).toEqual({ kept: null, list: [{}, { left: 2 }] });
  });

  it.each(refusals)(
    'takes no refusal for an answer, and asks no second time: %s',
    async (id, said) => {
      const voice = voiceOf(id);
      let asked = 0;
      const say = bytesFetch({ body: voice.frame(...said) });
      const provider = voice.connect({
        fetch: (...call) => {
          asked += 1;
          return say(...call);
        },
      });
      await expect(
        generateObject({ ...request, model: 'm' }, provider, never),
      ).rejects.toMatchObject({
        code: 'provider.filtered',
        message: expect.stringContaining('I cannot'),
      });
      expect(asked).toBe(1);
    },
  );

  it('names a filter that left nothing, and asks no second time', async () => {
    const model = scriptedModel([[finish('filtered')]]);
    await expect(generateObject({ ...request, model: 'm' }, model, never)).rejects.toMatchObject({
      code: 'provider.filtered',
    });
  });

  it('rejects with the reason of an abort', async () => {
    const model = scriptedModel([[text('{}')]]);
    const reason = new Error('enough');
    const asked = generateObject({ ...request, model: 'm' }, model, AbortSignal.abort(reason));
    await expect(asked).rejects.toBe(reason);
  });

  it.each([
    ['', '{"a":'],
    ['[[[', '[['.repeat(50_000)],
    ['```'.repeat(20_000), '{'.repeat(50_000)],
  ])('is not troubled by an answer that is none', async (...said) => {
    const model = scriptedModel(said.map((words) => [text(words)]));
    await expect(generateObject({ ...request, model: 'm' }, model, never)).rejects.toMatchObject({
      code: 'provider.malformed',
    });
  });
});
