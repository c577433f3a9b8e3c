import type { Environment } from '@cuttle/config';
import type { OutStream } from './context.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'paper';
export type Paint = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, readonly [number | string, number | string]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  // Black on white, whatever the terminal's own colours are.
  paper: ['30;107', '39;49'],
};

/** Colours for a stream: none where it is no terminal, where `NO_COLOR` is set (https://no-color.org) or `TERM` is `dumb`. */
export function createPaint(stream: OutStream, env: Environment): Paint {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const wanted = stream.isTTY === true && env['TERM'] !== 'dumb';
  if ((env['NO_COLOR'] ?? '') !== '' || !(wanted || forced)) return (_style, text) => text;
  return (style, text) => {
    const [on, off] = codes[style];
    return `\u001B[${on}m${text}\u001B[${off}m`;
  };
}

// Built from codes: a control character in a pattern is easily lost.
const escape = String.raw`\x1B`;
const steering = new RegExp(
  [
    String.raw`${escape}\[[0-?]*[ -/]*[@-~]`,
    String.raw`${escape}\][^\x07\x1B]*(?:\x07|${escape}\\)?`,
    String.raw`[\x00-\x08\x0B-\x1F\x7F-\x9F]`,
  ].join('|'),
  'g',
);

/** Text from outside without what would steer the terminal: escape sequences and other control characters. */
export function plain(text: string): string {
  return text.replace(steering, '');
}
