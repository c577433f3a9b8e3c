import { describe, expect, it } from 'vitest';
import { createCallTally } from './call-tally.ts';
import type { ModelEvent } from './ports/provider.ts';

const origin = { dialect: 'd', provider: 'p', model: 'm' };
const text = (words: string): ModelEvent => ({ type: 'text.delta', blockId: '0', text: words });
const usage = (outputTokens: number): ModelEvent => ({
  type: 'usage',
  usage: { inputTokens: 5, outputTokens, cacheReadTokens: 3, reasoningTokens: 1 },
});

function tallyOf(...events: readonly ModelEvent[]) {
  const tally = createCallTally();
  for (const event of events) tally.hear(event);
  return tally;
}

describe('what a call told before it was cut', () => {
  it('is nothing where it said nothing', () => {
    const tally = tallyOf();
    expect(tally.isHeard).toBe(false);
    expect(tally.toCut(origin)).toEqual({ origin, said: '' });
  });

  it('is all that it said, thinking and calls too', () => {
    const tally = tallyOf(
      { type: 'thinking.delta', blockId: '0', text: 'hm ' },
      { type: 'thinking.end', blockId: '0', signature: 'not said' },
      text('Hello'),
      { type: 'tool.call', callId: 'c', name: 'look', input: { at: 1 } },
    );
    expect(tally.toCut(origin)).toEqual({ origin, said: 'hm Hellolook {"at":1}' });
  });

  it('is the last usage, whole, and what was said since', () => {
    const tally = tallyOf(usage(1), text('counted'), usage(4), text('not counted'));
    expect(tally.toCut(origin)).toEqual({
      origin,
      usage: { inputTokens: 5, outputTokens: 4, cacheReadTokens: 3, reasoningTokens: 1 },
      said: 'not counted',
    });
  });

  it('was heard where it told its usage only', () => {
    const tally = tallyOf(usage(0));
    expect([tally.isHeard, tally.toCut(origin).said]).toEqual([true, '']);
  });
});
