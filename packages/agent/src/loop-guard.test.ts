import { type Message, userText } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { judgeRepetition } from './loop-guard.ts';

const call = { name: 'web_fetch', input: { url: 'x', deep: true } };
const answer = (over: Partial<typeof call> = {}): Message => ({
  role: 'assistant',
  parts: [{ type: 'tool-call', callId: 'c1', ...call, ...over }],
});
const repeated = (count: number): Message[] => [
  userText('hi'),
  ...Array.from({ length: count }, () => answer()),
];

describe('judgeRepetition', () => {
  it.each([
    [1, 'fine'],
    [3, 'fine'],
    [4, 'warn'],
    [6, 'warn'],
    [7, 'stop'],
    [20, 'stop'],
  ])('says of %i equal calls: %s', (count, kind) => {
    expect(judgeRepetition(repeated(count), call)).toEqual({ kind, count });
  });

  it('takes arguments in another order as equal', () => {
    const other = { name: call.name, input: { deep: true, url: 'x' } };
    expect(judgeRepetition(repeated(4), other).kind).toBe('warn');
  });

  it('counts neither other tools nor other arguments', () => {
    const messages = [...repeated(2), answer({ name: 'file_read' })];
    expect(judgeRepetition(messages, call).count).toBe(2);
    expect(judgeRepetition(messages, { ...call, input: { url: 'y', deep: true } }).count).toBe(0);
  });

  it('begins anew when a person speaks', () => {
    expect(judgeRepetition([...repeated(6), userText('again'), answer()], call)).toEqual({
      kind: 'fine',
      count: 1,
    });
  });

  it('counts calls side by side in one answer', () => {
    const parts = Array.from({ length: 4 }, (_, index) => ({
      type: 'tool-call' as const,
      callId: `c${index}`,
      ...call,
    }));
    expect(judgeRepetition([userText('hi'), { role: 'assistant', parts }], call).kind).toBe('warn');
  });
});
