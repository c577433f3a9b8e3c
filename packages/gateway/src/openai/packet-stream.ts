/** A body that is written as text. What comes in one turn of the event loop leaves in one packet; what comes before it is opened waits. */
export interface PacketStream {
  write(text: string): void;
  /** What was written leaves first. */
  end(): void;
  /** The body, once. `onClose`: it ended, or its reader left. */
  open(onClose: () => void): ReadableStream<Uint8Array>;
}

export function createPacketStream(): PacketStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let pending = '';
  let isScheduled = false;
  let isEnded = false;
  let onClose = (): void => {};
  const flush = (): void => {
    isScheduled = false;
    if (!controller) return;
    if (pending !== '') controller.enqueue(encoder.encode(pending));
    pending = '';
    if (!isEnded) return;
    controller.close();
    controller = undefined;
    onClose();
  };
  const schedule = (): void => {
    if (!controller || isScheduled) return;
    isScheduled = true;
    setImmediate(flush);
  };
  return {
    write(text) {
      if (text === '' || isEnded) return;
      pending += text;
      schedule();
    },
    end() {
      isEnded = true;
      flush();
    },
    open(closed) {
      onClose = closed;
      return new ReadableStream<Uint8Array>({
        start(opened) {
          controller = opened;
          if (isEnded) flush();
          else schedule();
        },
        cancel() {
          isEnded = true;
          controller = undefined;
          closed();
        },
      });
    },
  };
}
