import type { Json } from '@cuttle/core-types';
import { toErrorBody } from '@cuttle/core-types/errors';
import type { Log, LogFields } from '@cuttle/core-types/ports';
import { createRedactor } from '@cuttle/security';
import { pino } from 'pino';
import { toPrettyLine } from './pretty-line.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';
export interface LogLine {
  readonly seq: number;
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, Json>;
}
export interface ServerLog extends Log {
  /** The newest lines with a number above `after`, oldest first. */
  tail(limit: number, after?: number): readonly LogLine[];
  /** Texts that must never appear in a line. */
  setSecrets(secrets: readonly string[]): void;
  /** More of them, beside those that are set. */
  addSecrets(secrets: readonly string[]): void;
}

const keptLines = 2000;
const mostAdded = 200;

/** Lines to stderr, as JSON or for people, the newest also kept for `logs.tail`. What looks like a secret is taken out before either. */
export function createLog({
  level,
  format = 'json',
  now,
}: {
  level: Level;
  format?: 'json' | 'pretty';
  now: () => number;
}): ServerLog {
  const sink = pino.destination({ dest: 2, sync: false });
  const out = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink);
  const lines: LogLine[] = [];
  let stated: readonly string[] = [];
  const added = new Set<string>();
  let redactor = createRedactor([]);
  let seq = 0;
  const write = (kind: Level, message: string, fields: LogFields = {}): void => {
    if (!out.isLevelEnabled(kind)) return;
    // The redactor works on text, so that a secret is found wherever it hides.
    const clean = JSON.parse(redactor(JSON.stringify(toPlain(fields)))) as Record<string, Json>; // it was an object
    const said = redactor(message);
    seq += 1;
    const at = new Date(now()).toISOString();
    const line = { seq, at, level: kind, message: said, fields: clean };
    lines.push(line);
    if (format === 'json') out[kind](clean, said);
    else sink.write(toPrettyLine(line));
    if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    tail: (limit, after = 0) => lines.filter((line) => line.seq > after).slice(-limit),
    setSecrets(secrets) {
      stated = secrets;
      redactor = createRedactor([...stated, ...added]);
    },
    addSecrets(secrets) {
      for (const secret of secrets) added.add(secret);
      // A token lives for an hour or so: the oldest are long over.
      for (const secret of added) if (added.size > mostAdded) added.delete(secret);
      redactor = createRedactor([...stated, ...added]);
    },
  };
}

function toPlain(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? describe(value) : value,
    ]),
  );
}

/** A caught value in full for the log: code, words, stack, and what caused it. */
function describe(error: Error): Record<string, unknown> {
  const { code } = toErrorBody(error);
  const cause = error.cause instanceof Error ? describe(error.cause) : undefined;
  return { code, message: error.message, stack: error.stack, ...(cause && { cause }) };
}
