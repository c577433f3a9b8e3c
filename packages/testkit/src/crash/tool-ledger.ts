import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type LoopbackServer, openLoopbackServer } from '../loopback-server.ts';

export const ToolEffect = z.enum(['pure', 'keyed', 'probeable', 'opaque']);
export type ToolEffect = z.infer<typeof ToolEffect>;

/** What a tool of a crash test asks for: `POST /effect`. */
export const EffectRequest = z.object({
  effect: ToolEffect,
  /** The key that the gateway gave the call. */
  key: z.string(),
  /** Names the call as the script wrote it: the same over every attempt. */
  call: z.string(),
  /** Ms between the request's arrival and its effect. */
  delayMs: z.int().min(0).default(0),
});
export type EffectRequest = z.infer<typeof EffectRequest>;

/** One request that reached the service. */
export interface LedgerAttempt {
  readonly effect: ToolEffect;
  readonly key: string;
  readonly call: string;
  /** `repeated`: a keyed request whose key had taken effect before. */
  readonly outcome: 'pending' | 'applied' | 'repeated';
  readonly at: number;
}

/**
 * The world that tools act on, on loopback: it outlives the gateway that is killed. A request takes effect `delayMs` after
 * it came, also when its sender is dead by then, as with any real service. `GET /probe?key=` answers `done` or `absent`.
 */
export interface ToolLedger extends AsyncDisposable {
  readonly url: string;
  readonly attempts: readonly LedgerAttempt[];
  readonly violations: readonly string[];
}

export async function openToolLedger(): Promise<ToolLedger> {
  const attempts: LedgerAttempt[] = [];
  const violations: string[] = [];
  const applied = new Set<string>();
  const take = async ({ effect, key, call, delayMs }: EffectRequest): Promise<void> => {
    const index = attempts.length;
    const attempt = { effect, key, call, at: Date.now() };
    attempts.push({ ...attempt, outcome: 'pending' });
    if (delayMs > 0) await sleep(delayMs);
    const repeated = effect === 'keyed' && applied.has(key);
    applied.add(key);
    attempts[index] = { ...attempt, outcome: repeated ? 'repeated' : 'applied' };
  };
  const listener = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/probe') {
      const found = applied.has(url.searchParams.get('key') ?? '') ? 'done' : 'absent';
      response.end(JSON.stringify({ found }));
      return;
    }
    await take(EffectRequest.parse(JSON.parse(await text(incoming))));
    response.end(JSON.stringify({ ok: true }));
  };
  const server: LoopbackServer = await openLoopbackServer(listener, {
    // A sender that dies in the middle of its request sent none.
    onError: (error) => {
      if (!isCut(error)) violations.push(String(error));
    },
  });
  return {
    url: server.origin,
    attempts,
    violations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function isCut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
