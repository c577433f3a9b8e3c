import type { Client } from '@cuttle/client';
import type { ExpectedNotice, PlannedEffect, SaidMessage, ShownText } from '@cuttle/testkit/crash';
import type { ExpectedTask } from './judge-tasks.ts';
import type { TelegramServer } from '@cuttle/testkit/telegram';

/** What shapes of turns say, and what must come of it; judged when the home is quiet again. */
export interface Batch {
  readonly number: number;
  readonly said: SaidMessage[];
  readonly notices: ExpectedNotice[];
  readonly effects: PlannedEffect[];
  /** Tasks of workers outside. */
  readonly tasks: ExpectedTask[];
  /** Answers of doors that have no place to look at: HTTP. */
  readonly answers: ShownText[];
  /** Sessions of the WebSocket door, by place. */
  readonly sessions: Set<string>;
  readonly chats: Set<number>;
  /** Messages of several files: every part is read to the model with the message. */
  readonly albums: { readonly id: string; readonly parts: readonly string[] }[];
  /** What shapes found wrong by themselves. */
  readonly violations: string[];
  /** Runs that a shape keeps waiting for a person are let go on. */
  approve: (() => void) | undefined;
}

/** The doors of the gateway under test, and the people at them. */
export interface Doors {
  readonly telegram: TelegramServer;
  readonly client: Client;
  /** Address of the HTTP door. */
  readonly url: string;
  readonly token: string;
}

export function createBatch(number: number): Batch {
  return {
    number,
    said: [],
    notices: [],
    effects: [],
    tasks: [],
    answers: [],
    sessions: new Set(),
    chats: new Set(),
    albums: [],
    violations: [],
    approve: undefined,
  };
}

/** A message with an id of its own; `words` follow it. */
export function toText(id: string, words: string): string {
  return `[[id=${id}]] ${words}`;
}

/** What the echo script answers to a message without directives. */
export function plainAnswer(id: string, words: string): string {
  return `(id=${id}) You said: ${words}`;
}

/** The step of a script that calls tools of the ledger, side by side. */
export function toCalls(
  batch: Batch,
  calls: readonly { effect: PlannedEffect['effect'] | 'gated'; name: string; delayMs?: number }[],
  runs: PlannedEffect['runs'] = 'surely',
): string {
  const steps = calls.map(({ effect, name, delayMs = 0 }) => {
    batch.effects.push({ name, effect: effect === 'gated' ? 'opaque' : effect, runs });
    return `crash_${effect} ${JSON.stringify({ call: name, delayMs })}`;
  });
  return `[[parallel=${steps.join(',')}]]`;
}
