import { isCuttleError } from '@cuttle/core-types/errors';
import type { Door } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import type { BridgeLink } from './bridge-link.ts';
import { createIntake } from './intake.ts';

export interface ReceiveDeps extends Pick<ChannelDeps, 'clock' | 'log' | 'random'> {
  readonly platform: string;
  readonly link: BridgeLink;
}

/** Receives what the bridge gives; a message is confirmed to it after the door has committed. Ends by abort or `channel.auth`. */
export async function receiveMessages(
  deps: ReceiveDeps,
  door: Door,
  signal: AbortSignal,
): Promise<never> {
  const { link, platform, log, clock, random } = deps;
  const ended = new AbortController();
  const intake = createIntake(
    { ...deps, taken: (event) => link.taken(event) },
    door,
    AbortSignal.any([signal, ended.signal]),
  );
  try {
    for (let failures = 1; ; failures += 1)
      try {
        intake.begin();
        await link.listen({ onBegun: () => (failures = 0), onMessage: intake.hear }, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isCuttleError(error, 'channel.auth')) throw error;
        const most = Math.min(30_000, 500 * 2 ** Math.min(Math.max(failures - 1, 0), 10));
        const asked = isCuttleError(error) ? (error.retryAfterMs ?? 0) : 0;
        const waitMs = Math.max(asked, most / 2 + (random() * most) / 2);
        log.warn(`The connection to ${platform} was lost; it is made again.`, { waitMs, error });
        await clock.sleep(waitMs, signal);
      }
  } finally {
    ended.abort('ended');
    await intake.idle();
  }
}
