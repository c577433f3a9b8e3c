import type { ChannelInbound, Door } from '@cuttle/core-types/ports';

/** A door that keeps what it takes, and refuses or waits when told to. */
export interface RecordingDoor extends Door {
  /** Taken, in the order of commit. */
  readonly accepted: readonly ChannelInbound[];
  /** Handed in, taken or not, in order. */
  readonly offered: readonly ChannelInbound[];
  /** Refuses the next `times` events that `match`. */
  refuse(times: number, match?: (event: ChannelInbound) => boolean): void;
  /** Events that `match` wait until the returned function is called. */
  hold(match?: (event: ChannelInbound) => boolean): () => void;
  /** The most events of one conversation that were ever open at once. */
  readonly mostAtOnce: number;
  /** Resolves when `count` events were taken. */
  waitForAccepted(count: number, signal: AbortSignal): Promise<readonly ChannelInbound[]>;
  waitForOffered(count: number, signal: AbortSignal): Promise<readonly ChannelInbound[]>;
}

export function createRecordingDoor(): RecordingDoor {
  const accepted: ChannelInbound[] = [];
  const offered: ChannelInbound[] = [];
  const open = new Map<string, number>();
  const waiting = new Set<() => void>();
  let refusals: { left: number; match: (event: ChannelInbound) => boolean }[] = [];
  let gate: { opened: Promise<void>; match: (event: ChannelInbound) => boolean } | undefined;
  let mostAtOnce = 0;
  const changed = (): void => {
    for (const check of waiting) check();
  };
  const enter = (key: string): void => {
    open.set(key, (open.get(key) ?? 0) + 1);
    mostAtOnce = Math.max(mostAtOnce, open.get(key) ?? 0);
  };
  return {
    accepted,
    offered,
    get mostAtOnce() {
      return mostAtOnce;
    },
    refuse(times, match = () => true) {
      refusals = [...refusals, { left: times, match }];
    },
    hold(match = () => true) {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = { opened: promise, match };
      return () => {
        gate = undefined;
        resolve();
      };
    },
    async accept(event, signal) {
      const key = `${event.chat.id}:${event.chat.threadId ?? ''}`;
      enter(key);
      offered.push(event);
      changed();
      try {
        await waitUnlessAborted(gate?.match(event) === true ? gate.opened : undefined, signal);
        const refusal = refusals.find(({ left, match }) => left > 0 && match(event));
        if (refusal !== undefined) {
          refusal.left -= 1;
          throw new Error('The door could not store this event');
        }
        accepted.push(event);
      } finally {
        open.set(key, (open.get(key) ?? 1) - 1);
        changed();
      }
    },
    waitForAccepted: (count, signal) =>
      waitFor(waiting, () => accepted.length >= count && accepted, signal),
    waitForOffered: (count, signal) =>
      waitFor(waiting, () => offered.length >= count && offered, signal),
  };
}

async function waitUnlessAborted(
  gate: Promise<void> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (gate === undefined) return;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new Error('The door was closed'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([gate, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function waitFor<T>(
  waiting: Set<() => void>,
  predicate: () => T | false,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(check);
      signal.removeEventListener('abort', refuse);
    };
    const check = (): void => {
      const answer = predicate();
      if (answer === false) return;
      leave();
      resolve(answer);
    };
    const refuse = (): void => {
      leave();
      reject(new Error('The events did not come in time'));
    };
    waiting.add(check);
    signal.addEventListener('abort', refuse, { once: true });
    check();
  });
}
