/** What the client needs of a WebSocket; the global one of browsers and Node fits. https://websockets.spec.whatwg.org/#the-websocket-interface */
export interface SocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
}
export type SocketConstructor = new (url: string) => SocketLike;

/** Why a socket is no more. `code` is the WebSocket close code, 1006 where the other side just went away. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

export interface OpenSocket {
  send(text: string): void;
  /** Ends it now; `ended` resolves at once, without waiting for the other side. */
  end(reason: string): void;
  readonly ended: Promise<SocketEnd>;
}

/**
 * Opens one socket. `hear` gets each text frame, binary ones are left aside.
 * Resolves when it is open, or with how it ended before that; an abort of `signal` ends it at any time.
 */
export async function openSocket(
  { url, WebSocket }: { url: string; WebSocket: SocketConstructor },
  hear: (text: string) => void,
  signal: AbortSignal,
): Promise<{ open: true; socket: OpenSocket } | { open: false; end: SocketEnd }> {
  const socket = new WebSocket(url);
  const ended = Promise.withResolvers<SocketEnd>();
  const opened = Promise.withResolvers<void>();
  let over = false;
  const finish = (end: SocketEnd): void => {
    over = true;
    signal.removeEventListener('abort', abort);
    ended.resolve(end);
  };
  const end = (reason: string): void => {
    if (over) return;
    finish({ code: 1000, reason });
    socket.close(1000);
  };
  const abort = (): void => end('closed by this client');

  socket.addEventListener('open', () => opened.resolve());
  // An error is always followed by a close, which says more.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', ({ code, reason }) => finish({ code, reason }));
  socket.addEventListener('message', ({ data }) => {
    if (!over && typeof data === 'string') hear(data);
  });
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);

  const first = await Promise.race([opened.promise, ended.promise]);
  if (first) return { open: false, end: first };
  return { open: true, socket: { send: (text) => socket.send(text), end, ended: ended.promise } };
}
