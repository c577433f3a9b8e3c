import type { Channel, Clock, Log } from '@cuttle/core-types/ports';
import type { z } from 'zod';
import type { BridgeHost } from './bridge/bridge-host.ts';

/** What every channel is given. */
export interface ChannelDeps {
  /** Reaches the platform; the address is the owner's setting. */
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** For platforms that are spoken with through a program of their own; what has none needs nothing of it. */
  readonly bridges?: BridgeHost | undefined;
}

/** A platform as data: the configuration, its reference and the set-up guide are derived from the list of these. */
export interface ChannelDefinition<Options extends z.ZodType> {
  readonly id: string;
  readonly options: Options;
  /** Its accounts need `bridges` among what they are given. */
  readonly hasBridge?: boolean;
  /** Loads the adapter; nothing of it is imported before. */
  load(): Promise<(options: z.output<Options>, deps: ChannelDeps) => Channel>;
}

export function defineChannel<Options extends z.ZodType>(
  definition: ChannelDefinition<Options>,
): ChannelDefinition<Options> {
  return definition;
}
