import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createPaint } from './paint.ts';

const terminal = Object.assign(new PassThrough(), { isTTY: true });

describe('colours', () => {
  it.each([
    [terminal, {}, '\u001B[31mx\u001B[39m'],
    [terminal, { NO_COLOR: '1' }, 'x'],
    [terminal, { NO_COLOR: '' }, '\u001B[31mx\u001B[39m'],
    [terminal, { TERM: 'dumb' }, 'x'],
    [new PassThrough(), {}, 'x'],
    [new PassThrough(), { FORCE_COLOR: '1' }, '\u001B[31mx\u001B[39m'],
    [new PassThrough(), { FORCE_COLOR: '0' }, 'x'],
    [new PassThrough(), { FORCE_COLOR: '1', NO_COLOR: '1' }, 'x'],
  ])('case %#', (stream, env, text) => {
    expect(createPaint(stream, env)('red', 'x')).toBe(text);
  });
});
