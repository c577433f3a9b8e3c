import { expect, it } from 'vitest';
import { createKeepAlive, type KeptSocket, tickIntervalMs } from './keep-alive.ts';

interface FakeSocket extends KeptSocket {
  readonly did: string[];
}

/** Answers pings where it is `lively`. */
function socketThat(lively: 'answers' | 'is silent'): FakeSocket {
  const did: string[] = [];
  let answer = (): void => {};
  return {
    did,
    readyState: 1,
    OPEN: 1,
    on: (_event, listener) => void (answer = listener),
    ping() {
      did.push('ping');
      if (lively === 'answers') answer();
    },
    terminate: () => void did.push('terminate'),
  };
}

interface Keeping {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  begun(): number;
  /** What it sleeps now, once it does. */
  slept(): Promise<number>;
  /** Wakes it and comes back when it sleeps again. */
  wake(): Promise<number>;
}

function keep(sockets: ReadonlySet<FakeSocket>): Keeping {
  const stop = new AbortController();
  let sleeping = Promise.withResolvers<{ ms: number; wake: () => void }>();
  const clock = {
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        sleeping.resolve({ ms, wake: resolve });
      }),
  };
  const keeper = createKeepAlive<FakeSocket>(clock);
  for (const socket of sockets) keeper.watch(socket);
  let begun = 0;
  const rounds = {
    sockets,
    begin: () => void (begun += 1),
    each: (socket: FakeSocket) => void socket.did.push('tick'),
  };
  const ended = keeper.run(rounds, stop.signal);
  return {
    stop,
    ended,
    begun: () => begun,
    slept: async () => (await sleeping.promise).ms,
    async wake() {
      const { wake } = await sleeping.promise;
      sleeping = Promise.withResolvers();
      wake();
      return (await sleeping.promise).ms;
    },
  };
}

it('tells and pings each socket in every round, and begins a round once', async () => {
  const sockets = new Set([socketThat('answers'), socketThat('answers')]);
  const keeping = keep(sockets);
  expect(await keeping.slept()).toBe(tickIntervalMs);
  expect(keeping.begun()).toBe(0);
  for (const round of [1, 2]) {
    expect(await keeping.wake()).toBe(tickIntervalMs);
    expect(keeping.begun()).toBe(round);
  }
  for (const { did } of sockets) expect(did).toEqual(['tick', 'ping', 'tick', 'ping']);
});

it('gives others their turn within a round of many sockets', async () => {
  const sockets = new Set(Array.from({ length: 600 }, () => socketThat('answers')));
  const told = (): number => [...sockets].filter(({ did }) => did.length > 0).length;
  const keeping = keep(sockets);
  const seen: number[] = [];
  while ((await keeping.wake()) === 0) seen.push(told());
  expect(seen).toEqual([249, 499]);
  expect(told()).toBe(600);
  expect(keeping.begun()).toBe(1);
});

it('ends a socket that answered nothing for a round', async () => {
  const silent = socketThat('is silent');
  const keeping = keep(new Set([silent]));
  await keeping.wake();
  await keeping.wake();
  expect(silent.did).toEqual(['tick', 'ping', 'terminate']);
});

it('makes nothing where nobody is connected, and ends when it is stopped', async () => {
  const keeping = keep(new Set());
  await keeping.wake();
  expect(keeping.begun()).toBe(0);
  keeping.stop.abort();
  await keeping.ended;
});
