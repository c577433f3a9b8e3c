import { describe, expect, it } from 'vitest';
import { toPrettyLine } from './pretty-line.ts';

const at = '2026-01-02T03:04:05.678Z';

describe('a line for people', () => {
  it('tells time, level, message and fields', () => {
    const fields = { runId: 'r-1', count: 2, reasons: ['a b'], words: 'two words' };
    expect(toPrettyLine({ at, level: 'warn', message: 'A run ended.', fields })).toBe(
      '03:04:05.678 warn  A run ended. runId=r-1 count=2 reasons=["a b"] words="two words"\n',
    );
  });

  it('stays one line, whatever is in it', () => {
    const line = toPrettyLine({
      at,
      level: 'info',
      message: 'said:\n03:04 error forged\u001b[2J',
      fields: { text: 'a\r\nb\u2028c' },
    });
    expect(line).toBe(
      '03:04:05.678 info  said:\\u000a03:04 error forged\\u001b[2J text="a\\r\\nb\\u2028c"\n',
    );
  });
});
