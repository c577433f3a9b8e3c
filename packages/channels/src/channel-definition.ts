import type { Channel, Clock, Log } from '@cuttle/core-types/ports';
import type { z } from 'zod';

/** What every channel is given. */
export interface ChannelDeps {
  /** Reaches the platform; the address is the owner's setting. */
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/** A platform as data: the configuration, its reference and the set-up guide are derived from the list of these. */
export interface ChannelDefinition<Options extends z.ZodType> {
  readonly id: string;
  readonly options: Options;
  /** Loads the adapter; nothing of it is imported before. */
  load(): Promise<(options: z.output<Options>, deps: ChannelDeps) => Channel>;
}

export function defineChannel<Options extends z.ZodType>(
  definition: ChannelDefinition<Options>,
): ChannelDefinition<Options> {
  return definition;
}
