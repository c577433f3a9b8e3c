import { type Json, type Message, userText } from '@cuttle/core-types';
import type { ToolSpec } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { collectAnswer, textIn } from '../contract/collect-answer.ts';
import { intents } from './intents.ts';
import { createOffline } from './provider.ts';

const signal = new AbortController().signal;
const allTools = intents.map(({ tool }) => toolSpec(tool));

function toolSpec(name: string): ToolSpec {
  return { name, description: '', parameters: { type: 'object', properties: {} } };
}

async function ask(
  said: string | readonly Message[],
  tools: readonly ToolSpec[] = allTools,
): Promise<{ text: string; call: { name: string; input: Json } | undefined; finish: string }> {
  const messages = typeof said === 'string' ? [userText(said)] : said;
  const stream = createOffline().stream({ model: 'offline', messages, tools }, signal);
  const { events, error } = await collectAnswer(stream);
  expect(error).toBeUndefined();
  const call = events.find((event) => event.type === 'tool.call');
  const finish = events.at(-1);
  return {
    text: textIn(events),
    call: call && { name: call.name, input: call.input },
    finish: finish?.type === 'finish' ? finish.reason : '',
  };
}

describe('the offline provider', () => {
  it.each<[string, string, Json]>([
    ['What time is it?', 'current_time', {}],
    ["what's the date today?", 'current_time', {}],
    ['what time is it in Tokyo?', 'current_time', { timeZone: 'Asia/Tokyo' }],
    ['time in Europe/Berlin', 'current_time', { timeZone: 'Europe/Berlin' }],
    ['what day is today?', 'current_time', {}],
    ['2+2', 'math_eval', { expression: '2+2' }],
    ['What is 17 * 23?', 'math_eval', { expression: '17 * 23' }],
    ['calculate sqrt(16) + 1', 'math_eval', { expression: 'sqrt(16) + 1' }],
    ['what is 12 plus 30', 'math_eval', { expression: '12 + 30' }],
    ['how much is 15% of 80?', 'math_eval', { expression: '15/100*80' }],
    ['1,000 x 3 =', 'math_eval', { expression: '1000*3' }],
    ['remember that my cat is called Luna', 'memory_set', { key: 'cat', value: 'Luna' }],
    [
      'Remember my favourite colour is blue.',
      'memory_set',
      { key: 'favourite colour', value: 'blue' },
    ],
    ['remember to call Bob', 'memory_set', { key: 'to call bob', value: 'to call Bob' }],
    ['what is my cat called?', 'memory_get', { key: 'cat' }],
    ["what's my favourite colour?", 'memory_get', { key: 'favourite colour' }],
    ['what do you remember?', 'memory_list', {}],
    ['what do you remember about my cat?', 'memory_search', { query: 'cat' }],
    ['note: buy milk', 'note_add', { text: 'buy milk' }],
    ['take a note: buy milk', 'note_add', { text: 'buy milk' }],
    ['add a note that the key is under the mat', 'note_add', { text: 'the key is under the mat' }],
    ['add milk to my notes', 'note_add', { text: 'milk' }],
    ['show me my notes', 'note_list', {}],
    [
      'remind me in 10 minutes to drink water',
      'reminder_set',
      { text: 'drink water', inSeconds: 600 },
    ],
    ['Remind me to stretch in half an hour.', 'reminder_set', { text: 'stretch', inSeconds: 1800 }],
    [
      'remind me in 2 hours that the cake is ready',
      'reminder_set',
      { text: 'the cake is ready', inSeconds: 7200 },
    ],
    [
      'remind me at 2030-01-31T09:00:00Z to wake up',
      'reminder_set',
      { text: 'wake up', at: '2030-01-31T09:00:00Z' },
    ],
    ['list my reminders', 'reminder_list', {}],
    ['cancel reminder abc-1', 'reminder_cancel', { id: 'abc-1' }],
  ])('calls a tool for "%s"', async (said, name, input) => {
    expect(await ask(said)).toEqual({ text: '', call: { name, input }, finish: 'tool-calls' });
  });

  it('reads each of its own examples', async () => {
    for (const { example, tool } of intents) expect((await ask(example)).call?.name).toBe(tool);
  });

  it.each([
    ['hello', /^Hello!/],
    ['thanks!', /welcome/],
    ['who are you?', /offline assistant/],
    ['help', /remind me in 10 minutes/],
    ['write me a poem about the sea', /offline.*ANTHROPIC_API_KEY.*Ollama.*providers:/s],
    ['remind me tomorrow to wake up', /Say when/],
    ['', /offline/],
    ['[reminder] drink water', /^Reminder: drink water$/],
  ])('says something to "%s"', async (said, words) => {
    const { text, call, finish } = await ask(said);
    expect(text).toMatch(words);
    expect(call).toBeUndefined();
    expect(finish).toBe('stop');
  });

  it('offers in its help only what the offered tools can do', async () => {
    const { text } = await ask('help', [toolSpec('math_eval')]);
    expect(text).toContain('17 * 23');
    expect(text).not.toContain('remind me');
  });

  it('says which tool is missing', async () => {
    const { text, call } = await ask('list my reminders', [toolSpec('math_eval')]);
    expect(call).toBeUndefined();
    expect(text).toContain('reminder_list');
  });

  it.each<[string, Json, string, string]>([
    [
      'current_time',
      {},
      '2026-11-21T13:00:00.000Z (UTC)\nSaturday 21 November 2026 at 14:00:00 CET (Europe/Berlin)',
      'It is Saturday 21 November 2026 at 14:00:00 CET (Europe/Berlin).',
    ],
    ['math_eval', { expression: '2+2' }, '4', '2+2 = 4'],
    ['memory_set', { key: 'cat', value: 'Luna' }, 'ok', 'I will remember that: cat = Luna.'],
    ['memory_get', { key: 'cat' }, 'Luna', 'Luna'],
    ['memory_list', {}, 'Nothing is remembered yet.', 'Nothing is remembered yet.'],
    ['memory_list', {}, '- cat\n- dog', 'I remember something about:\n- cat\n- dog'],
    ['note_list', {}, '- buy milk', 'Your notes:\n- buy milk'],
    ['note_add', { text: 'buy milk' }, 'ok', 'Noted: buy milk'],
    [
      'reminder_set',
      { text: 'drink water', inSeconds: 600 },
      'ok',
      'I will remind you in 10 minutes: drink water',
    ],
    ['reminder_cancel', { id: '7' }, 'Reminder 7 is cancelled.', 'Reminder 7 is cancelled.'],
    ['some_tool', {}, '', 'Done.'],
  ])('makes a sentence of what %s gave', async (name, input, output, words) => {
    const { text } = await ask(withResult({ name, input, output, ok: true }));
    expect(text).toBe(words);
  });

  it('says why a tool failed', async () => {
    const failed = { name: 'math_eval', input: { expression: '1/' }, output: 'bad end', ok: false };
    expect((await ask(withResult(failed))).text).toBe('That did not work: bad end');
  });

  it('streams its words one by one, losing none', async () => {
    const stream = createOffline().stream(
      { model: 'offline', messages: [userText('help')], tools: allTools },
      signal,
    );
    const { events } = await collectAnswer(stream);
    expect(events.length).toBeGreaterThan(50);
    expect(textIn(events)).toMatch(/^I am the offline assistant.*\}\.$/s);
  });
});

function withResult(done: { name: string; input: Json; output: string; ok: boolean }): Message[] {
  const { name, input, output, ok } = done;
  return [
    userText('do it'),
    { role: 'assistant', parts: [{ type: 'tool-call', callId: 'c1', name, input }] },
    {
      role: 'tool',
      parts: [
        { type: 'tool-result', callId: 'c1', name, ok, content: [{ type: 'text', text: output }] },
      ],
    },
  ];
}
