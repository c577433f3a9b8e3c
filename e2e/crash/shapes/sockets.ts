import { setTimeout as sleep } from 'node:timers/promises';
import { isCuttleError } from '@cuttle/core-types/errors';
import { type Doors, plainAnswer, toCalls } from '../batch.ts';
import { send } from './send.ts';
import type { Shape } from './shape.ts';

/** Sessions that shapes talk in over the WebSocket. */
export const socketSessions = ['crash-socket', 'crash-socket-tools', 'crash-abort'] as const;

export const socket: Shape = {
  name: 'socket',
  async say(batch, doors, signal) {
    const id = `${batch.number}-socket`;
    const session = 'crash-socket';
    const sent = ['a', 'b', 'c'].map(async (part) => {
      const line = `over the wire ${part}`;
      const answer = plainAnswer(`${id}-${part}`, line);
      await send({ batch, doors }, { session, id: `${id}-${part}`, words: line, answer }, signal);
    });
    await Promise.all(sent);
  },
};

export const socketTools: Shape = {
  name: 'socket-tools',
  async say(batch, doors, signal) {
    const id = `${batch.number}-sockettools`;
    const session = 'crash-socket-tools';
    const step = toCalls(batch, [
      { effect: 'probeable', name: `${id}-p`, delayMs: 40 },
      { effect: 'opaque', name: `${id}-o`, delayMs: 20 },
    ]);
    const first = send({ batch, doors }, { session, id, words: `${step} go` }, signal);
    await sleep(50, undefined, { signal });
    const steering = { session, id: `${id}-steer`, words: 'left', mode: 'steer' } as const;
    await Promise.all([first, send({ batch, doors }, steering, signal)]);
  },
};

/** The client stops an answer: by the method, not by a command. */
export const socketAbort: Shape = {
  name: 'socket-abort',
  async say(batch, doors, signal) {
    const id = `${batch.number}-abort`;
    const session = 'crash-abort';
    const slow = {
      session,
      id,
      words: '[[tokens=40]] [[delay=12]]',
      expects: 'cut-short',
    } as const;
    await send({ batch, doors }, slow, signal);
    await sleep(100, undefined, { signal });
    await abort(doors, session, signal);
    await send({ batch, doors }, { session, id: `${id}-after`, words: 'again' }, signal);
  },
};

/** `chat.abort` has no key: asked again when its answer was lost with the gateway. */
async function abort({ client }: Doors, sessionKey: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await client.call('chat.abort', { sessionKey }, signal);
      return;
    } catch (error) {
      if (!isCuttleError(error, 'gateway.not-running')) throw error;
      await sleep(20, undefined, { signal });
    }
  }
}
