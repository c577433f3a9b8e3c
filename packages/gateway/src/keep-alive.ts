import type { Clock } from '@cuttle/core-types/ports';
import type { WebSocket } from 'ws';

/** A socket that answers no ping for one round is gone: a lost network says nothing by itself. */
export interface KeepAlive {
  watch(socket: WebSocket): void;
  /** Pings until aborted; never rejects. */
  run(sockets: Iterable<WebSocket>, signal: AbortSignal): Promise<void>;
}

const everyMs = 30_000;

export function createKeepAlive(clock: Clock): KeepAlive {
  const alive = new WeakSet<WebSocket>();
  const round = (sockets: Iterable<WebSocket>): void => {
    for (const socket of sockets) {
      if (!alive.has(socket)) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
      alive.delete(socket);
    }
  };
  return {
    watch(socket) {
      alive.add(socket);
      socket.on('pong', () => alive.add(socket));
    },
    async run(sockets, signal) {
      for (;;) {
        const hasPassed = await clock.sleep(everyMs, signal).then(
          () => true,
          () => false,
        );
        if (!hasPassed) return;
        round(sockets);
      }
    },
  };
}
