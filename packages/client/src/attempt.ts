import type { ParamsOf, ResponseFrame } from '@cuttle/core-types/protocol';
import type { Clock } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Calls } from './calls.ts';
import type { Hello } from './client-state.ts';
import type { Events } from './events.ts';
import { decodeFrame, requestText, toClientError } from './frame.ts';
import { type OpenSocket, openSocket, type SocketConstructor } from './socket.ts';

export interface AttemptDeps {
  readonly url: string;
  readonly WebSocket: SocketConstructor;
  readonly params: ParamsOf<'connect'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly connectTimeoutMs: number;
  readonly calls: Pick<Calls, 'settle'>;
  readonly events: Pick<Events, 'emit' | 'emitFrame'>;
}

/** The answer to the handshake carries this id; calls are numbered. */
const helloId = 'hello';

interface AttemptEnd {
  readonly opened: boolean;
  readonly error: CuttleError;
}

/** One attempt to connect and, where it succeeds, the life of the connection. Resolves with why that is over. */
export async function connectOnce(
  deps: AttemptDeps,
  become: { open(socket: OpenSocket, hello: Hello): void },
  closing: AbortSignal,
): Promise<AttemptEnd> {
  const { url, WebSocket, clock } = deps;
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, closing]);
  const answered = Promise.withResolvers<ResponseFrame>();
  const ear = createEar(deps, answered.resolve);
  // Ends quietly when the attempt is over, which aborts it.
  const tooLong = clock.sleep(deps.connectTimeoutMs, signal).then(nothing, nothing);
  try {
    const hear = (text: string): void => ear.hear(text);
    const opening = await Promise.race([openSocket({ url, WebSocket }, hear, signal), tooLong]);
    if (!opening?.open) return failed(notRunning(`No gateway answers at ${url}.`));
    const { socket } = opening;
    socket.send(requestText(helloId, 'connect', deps.params));
    const answer = await Promise.race([answered.promise, socket.ended, tooLong]);
    if (!answer || !('type' in answer))
      return failed(notRunning(`${url} ended the handshake without an answer.`));
    if (!answer.ok) return failed(toClientError(answer.error));
    const hello = answer.payload as Hello; // made by the gateway from the table this type is inferred from
    become.open(socket, hello);
    const watch = { socket, ear, clock, tickMs: hello.policy.tickIntervalMs };
    await Promise.race([socket.ended, watchSilence(watch, signal)]);
    return { opened: true, error: notRunning('The connection to the gateway was lost.') };
  } finally {
    own.abort();
  }
}

function nothing(): undefined {
  return undefined;
}

function failed(error: CuttleError): AttemptEnd {
  return { opened: false, error };
}

function notRunning(message: string): CuttleError {
  return new CuttleError('gateway.not-running', message);
}

interface Ear {
  hear(text: string): void;
  /** Whether anything was heard since the last time this was asked. */
  heard(): boolean;
}

function createEar(
  { calls, events }: Pick<AttemptDeps, 'calls' | 'events'>,
  answer: (frame: ResponseFrame) => void,
): Ear {
  let something = false;
  let lastSeq = 0;
  return {
    hear(text) {
      something = true;
      const frame = decodeFrame(text);
      if (frame?.type === 'res') {
        if (frame.id === helloId) answer(frame);
        else calls.settle(frame);
      } else if (frame?.type === 'event') {
        const missed = lastSeq > 0 && frame.seq > lastSeq + 1;
        if (frame.seq > 0) lastSeq = frame.seq;
        if (missed) events.emit('gap', { seq: frame.seq });
        events.emitFrame(frame);
      }
    },
    heard() {
      const heard = something;
      something = false;
      return heard;
    },
  };
}

/** A connection whose other side vanished without a word is found out: silence is questioned, and no answer ends it. Resolves when it ended. */
async function watchSilence(
  watch: { socket: OpenSocket; ear: Ear; clock: Pick<Clock, 'sleep'>; tickMs: number },
  signal: AbortSignal,
): Promise<void> {
  const { socket, ear, clock, tickMs } = watch;
  if (!(tickMs > 0)) return socket.ended.then(nothing);
  try {
    for (;;) {
      await clock.sleep(2 * tickMs, signal);
      if (ear.heard()) continue;
      socket.send(requestText('probe', 'health', {}));
      await clock.sleep(tickMs, signal);
      if (!ear.heard()) socket.end('silent');
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
