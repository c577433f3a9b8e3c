import type { Clock } from '@cuttle/core-types/ports';

/** A WebSocket as its keeper sees it. */
export interface KeptSocket {
  readonly readyState: number;
  readonly OPEN: number;
  on(event: 'pong', listener: () => void): void;
  ping(): void;
  terminate(): void;
}

/** A socket that answers no ping for one round is gone: a lost network says nothing by itself. */
export interface KeepAlive<Socket extends KeptSocket> {
  watch(socket: Socket): void;
  /** Pings every `tickIntervalMs` until aborted, and gives each open socket to `each`; `begin` goes before a round that has any. Never rejects. */
  run(
    rounds: {
      readonly sockets: ReadonlySet<Socket>;
      begin(): void;
      each(socket: Socket): void;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

/** Told to clients as `policy.tickIntervalMs`. */
export const tickIntervalMs = 30_000;
/** So many sockets are written to before others have their turn. */
const atOnce = 250;

export function createKeepAlive<Socket extends KeptSocket>(
  clock: Pick<Clock, 'sleep'>,
): KeepAlive<Socket> {
  const alive = new WeakSet<Socket>();
  const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
    clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  return {
    watch(socket) {
      alive.add(socket);
      socket.on('pong', () => alive.add(socket));
    },
    async run({ sockets, begin, each }, signal) {
      while (await pause(tickIntervalMs, signal)) {
        if (sockets.size > 0) begin();
        let count = 0;
        for (const socket of sockets) {
          count += 1;
          if (count % atOnce === 0 && !(await pause(0, signal))) return;
          const hasAnswered = alive.delete(socket);
          if (!hasAnswered) socket.terminate();
          else if (socket.readyState === socket.OPEN) {
            each(socket);
            socket.ping();
          }
        }
      }
    },
  };
}
