import { createServer, connect, type Socket } from 'node:net';

/** A way to a server that can be cut and mended, so that a test says when the network fails. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** Ends every connection and takes no new one. */
  cut(): void;
  mend(): void;
  /** Where connections lead from now on. */
  leadTo(port: number): void;
}

export async function openCutProxy(first: number): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let target = first;
  let whole = true;
  const server = createServer((incoming) => {
    if (!whole) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    cut,
    mend() {
      whole = true;
    },
    leadTo(next) {
      target = next;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
