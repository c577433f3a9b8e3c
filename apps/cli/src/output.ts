import { type CuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type { CliContext } from './context.ts';
import { createPaint, type Paint, plain } from './paint.ts';

/** What a command says. Results go to stdout, everything else to stderr; with `--json` the result is one JSON value. */
export interface Output {
  readonly paint: Paint;
  readonly json: boolean;
  /** The command's result: `value` as JSON, or else the lines. */
  result(value: unknown, lines: () => readonly string[]): void;
  /** Words beside the result, never with `--json`. */
  note(text: string): void;
  /** Raw text of a result that grows. */
  write(text: string): void;
  fail(error: CuttleError): void;
}

export function createOutput({ stdout, stderr, env }: CliContext, json: boolean): Output {
  const paint = createPaint(stdout, env);
  const paintError = createPaint(stderr, env);
  return {
    paint,
    json,
    result(value, lines) {
      const text = json ? JSON.stringify(value, undefined, 2) : lines().join('\n');
      if (text !== '') stdout.write(`${text}\n`);
    },
    note(text) {
      if (!json) stderr.write(`${paintError('dim', text)}\n`);
    },
    write: (text) => void stdout.write(text),
    fail(error) {
      const body = toErrorBody(error);
      if (json) {
        stderr.write(`${JSON.stringify({ error: body }, undefined, 2)}\n`);
        return;
      }
      const { code, message, hint } = error;
      stderr.write(`${paintError('red', `${code}: `)}${plain(message)}\n`);
      if (hint !== '') stderr.write(`${paintError('dim', plain(hint))}\n`);
    },
  };
}

/** Rows under heads, each column as wide as its longest cell; the last one runs free. */
export function toTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => plain(cell).replaceAll('\n', ' ')));
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === heads.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [paint('bold', line(heads)), ...cells.map(line)];
}
