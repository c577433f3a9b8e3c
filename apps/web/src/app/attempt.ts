import type { Signal } from '@preact/signals';
import { describe } from '../conversation/outbox.ts';

/** Begins work that nobody waits for. How it fails is shown as the problem of its place until something else is begun there. */
export function createAttempt(
  problem: Signal<string | undefined>,
  end: AbortSignal,
): (work: () => Promise<unknown>) => void {
  return (work) => {
    problem.value = undefined;
    work().catch((error: unknown) => {
      if (!end.aborted) problem.value = describe(error);
    });
  };
}
