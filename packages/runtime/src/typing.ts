import type { ClaimedRun } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';

/** Shows "typing" where the platform can, for the whole run. It is only a courtesy: failures are a line in the log. */
export function showTyping(
  kernel: Kernel,
  { route, attempt }: ClaimedRun,
  signal: AbortSignal,
): { stop(): void } {
  const account = route.kind === 'push' ? kernel.accounts.get(route.accountId) : undefined;
  const typing = account?.channel.typing;
  const ended = new AbortController();
  if (typing && route.kind === 'push') {
    const both = AbortSignal.any([signal, ended.signal]);
    const show = async (): Promise<void> => {
      // An earlier life has shown it just now, and platforms count it.
      if (attempt > 1) await kernel.clock.sleep(typing.everyMs, both);
      for (;;) {
        await typing.show(route.target, both);
        await kernel.clock.sleep(typing.everyMs, both);
      }
    };
    void show().catch((error: unknown) => {
      if (!both.aborted) kernel.log.debug('Typing could not be shown.', { error });
    });
  }
  return { stop: () => ended.abort('ended') };
}
