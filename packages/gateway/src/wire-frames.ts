import { toCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type { Log } from '@cuttle/core-types/ports';

/** The socket below a connection, whatever library it comes from. */
export interface Wire {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes that were given to `send` and not yet to the network. */
  buffered(): number;
  /** Resolves when all that was given before has left, or the socket is closed. */
  flushed(): Promise<void>;
}

/** What a connection says: responses to requests, and numbered events. Nothing once it is closed. */
export interface FrameWriter {
  respond(id: string, payload: unknown): void;
  refuse(id: string, error: unknown): void;
  sendEvent(event: string, payloadJson: string): void;
  /** For many events at once: resolves when the reader keeps up. */
  keepsUp(): Promise<void>;
}

/** A reader that falls so far behind with its events is dropped and resumes from its cursor. */
export const mostBuffered = 4 * 1024 * 1024;
/** The same for responses: it asked for them. */
const mostUnread = 4 * mostBuffered;

export function createFrameWriter(
  { wire, log }: { wire: Wire; log: Log },
  closed: AbortSignal,
): FrameWriter {
  let seq = 0;
  let dropped = false;
  const send = (text: string, most: number): void => {
    if (closed.aborted || dropped) return;
    dropped = wire.buffered() > most;
    if (dropped) wire.close(4008, 'slow reader');
    else wire.send(text);
  };
  return {
    respond: (id, payload) =>
      send(JSON.stringify({ type: 'res', id, ok: true, payload }), mostUnread),
    refuse(id, error) {
      const { code, traits } = toCuttleError(error);
      if (!traits.expose) log.error('A method failed.', { error, code });
      send(JSON.stringify({ type: 'res', id, ok: false, error: toErrorBody(error) }), mostUnread);
    },
    sendEvent(event, payloadJson) {
      seq += 1;
      send(
        `{"type":"event","event":${JSON.stringify(event)},"seq":${seq},"payload":${payloadJson}}`,
        mostBuffered,
      );
    },
    async keepsUp() {
      if (wire.buffered() > mostBuffered / 4) await wire.flushed();
    },
  };
}
