import type { Clock, ModelProvider } from '@cuttle/core-types/ports';
import type { KeyPool } from './key-pool.ts';

/** One model that may answer. */
export interface Route<Service = ModelProvider> {
  /** `<provider>/<model>`, for messages. */
  readonly ref: string;
  /** The provider's own id of it. */
  readonly model: string;
  /**
   * Tokens, where known: a request that is too long for one model may fit another. What has to be looked up is asked for when
   * a request was too long, and not before.
   */
  readonly contextWindow?: number | (() => Promise<number | undefined>) | undefined;
  readonly pool: KeyPool<Service>;
}

export interface RouterDeps {
  readonly clock: Clock;
  /** How long one answer waits in all for keys that rest, where no other may be asked. Default 60,000. */
  readonly patienceMs?: number | undefined;
  /** How long it waits for a model before it asks the next in its place. Default 1,000. */
  readonly graceMs?: number | undefined;
}
