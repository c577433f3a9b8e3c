import { once } from 'node:events';
import { ServerFrame } from '@cuttle/core-types/protocol';
import type { Json } from '@cuttle/core-types';
import { WebSocket, type ClientOptions } from 'ws';

/** A WebSocket that speaks frames by hand, so that the protocol is checked from outside. Every frame it gets is held against its schema. */
export interface RawClient extends Disposable {
  /** Every event frame, in order. */
  readonly events: readonly RawEvent[];
  readonly socket: WebSocket;
  /** Resolves with the response to one request. */
  call(method: string, params?: unknown): Promise<RawResponse>;
  shake(params?: Handshake): Promise<RawResponse>;
  /** Sends text as it is. */
  sendText(text: string): void;
  /** The first response with this id, whether it came or comes. */
  response(id: string): Promise<RawResponse>;
  /** The first event, past or future, that passes; from `after` on. */
  until(passes: (event: RawEvent) => boolean, after?: number): Promise<RawEvent>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  terminate(): void;
}

export interface RawEvent {
  readonly event: string;
  readonly seq: number;
  readonly payload: Readonly<Record<string, Json>>;
}
export type RawResponse =
  | { readonly ok: true; readonly id: string; readonly payload: Readonly<Record<string, Json>> }
  | {
      readonly ok: false;
      readonly id: string;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly hint?: string;
        readonly retryable: boolean;
        readonly retryAfterMs?: number;
      };
    };
export interface Handshake {
  readonly minProtocol?: number;
  readonly maxProtocol?: number;
  readonly auth?: { readonly token?: string };
}
export interface RawOptions extends Pick<ClientOptions, 'headers' | 'origin'> {
  /** `/ws` unless said otherwise. */
  readonly path?: string;
}

/** Opens a socket without the handshake. Rejects with `HTTP <status>` where it is refused. */
export async function connectRaw(
  url: string,
  { path = '/ws', ...options }: RawOptions = {},
): Promise<RawClient> {
  const socket = new WebSocket(new URL(path, url.replace(/^http/, 'ws')), options);
  const client = follow(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`HTTP ${response.statusCode}`));
    });
  });
  return client;
}

function follow(socket: WebSocket): RawClient {
  const events: RawEvent[] = [];
  const responses = new Map<string, RawResponse>();
  const news = new EventTarget();
  let last = 0;
  socket.on('error', () => {}); // `closed` tells
  socket.on('message', (data: Buffer) => {
    const frame = ServerFrame.parse(JSON.parse(data.toString()));
    // The schema has checked the frame; a payload is JSON.
    if (frame.type === 'event') events.push(frame as RawEvent);
    // The same for a response.
    else if (!responses.has(frame.id)) responses.set(frame.id, frame as RawResponse);
    news.dispatchEvent(new Event('frame'));
  });
  const closed = once(socket, 'close').then(([code, reason]: unknown[]) => {
    news.dispatchEvent(new Event('frame'));
    return { code: Number(code), reason: String(reason) };
  });
  const wait = async <Found>(look: () => Found | undefined): Promise<Found> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (socket.readyState === WebSocket.CLOSED) throw new Error('The socket was closed.');
      await once(news, 'frame');
    }
  };
  const response = (id: string): Promise<RawResponse> => wait(() => responses.get(id));
  const call = (method: string, params?: unknown): Promise<RawResponse> => {
    last += 1;
    const id = `r${last}`;
    socket.send(JSON.stringify({ type: 'req', id, method, params }));
    return response(id);
  };
  return {
    events,
    socket,
    call,
    shake: (params) =>
      call('connect', {
        minProtocol: 1,
        maxProtocol: 4,
        client: { id: 'e2e', version: '1', platform: 'node', mode: 'test' },
        ...params,
      }),
    sendText: (text) => socket.send(text),
    response,
    until: (passes, after = 0) => wait(() => events.slice(after).find(passes)),
    closed,
    terminate: () => socket.terminate(),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** A text of a payload; anything else there fails. */
export function textAt(payload: Readonly<Record<string, Json>>, key: string): string {
  const value = payload[key];
  if (typeof value !== 'string') throw new TypeError(`${key} is no text: ${JSON.stringify(value)}`);
  return value;
}

/** The payload of a response that succeeded. */
export function payloadOf(response: RawResponse): Readonly<Record<string, Json>> {
  if (!response.ok) throw new Error(`${response.error.code}: ${response.error.message}`);
  return response.payload;
}

/** The code of a response that failed. */
export function codeOf(response: RawResponse): string {
  if (response.ok) throw new Error('It succeeded.');
  return response.error.code;
}
