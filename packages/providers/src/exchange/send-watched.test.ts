import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sendWatched } from './send-watched.ts';
import { systemTimer } from './timer.ts';
import { startWatch } from './watch.ts';

const limits = { idleTimeoutMs: 60_000, totalTimeoutMs: 60_000, maxAnswerBytes: 1000 };

describe('sendWatched', () => {
  it('leaves nothing on the signal by which a client that keeps it would keep the answer', async () => {
    const watch = startWatch(
      { service: 'test', limits, timer: systemTimer },
      new AbortController().signal,
    );
    const answer = new Response('hi');
    let waiting = 0;
    const send = async (signal: AbortSignal): Promise<Response> => {
      await Promise.resolve();
      waiting = getEventListeners(signal, 'abort').length;
      return answer;
    };
    expect(await sendWatched('test', send, watch)).toBe(answer);
    expect(waiting).toBe(1);
    expect(getEventListeners(watch.signal, 'abort')).toEqual([]);
    watch.stop();
  });

  it('gives up at an abort where the client does not know of signals, and closes what comes late', async () => {
    const caller = new AbortController();
    const watch = startWatch({ service: 'test', limits, timer: systemTimer }, caller.signal);
    const late = Promise.withResolvers<Response>();
    const sent = sendWatched('test', () => late.promise, watch);
    const reason = new Error('enough');
    caller.abort(reason);
    await expect(sent).rejects.toMatchObject({ cause: reason });
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    late.resolve(new Response(new ReadableStream({ cancel: () => resolve() })));
    await closed;
  });
});
