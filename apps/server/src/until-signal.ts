import process from 'node:process';

/** The first signal asks to stop, the second to stop at once. */
export function untilSignal(signals: readonly NodeJS.Signals[]): {
  readonly first: Promise<NodeJS.Signals>;
  readonly second: Promise<NodeJS.Signals>;
} {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<NodeJS.Signals>();
  let count = 0;
  for (const signal of signals)
    process.on(signal, () => {
      count += 1;
      (count === 1 ? first : second).resolve(signal);
    });
  return { first: first.promise, second: second.promise };
}
