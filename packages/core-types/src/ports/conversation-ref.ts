import type { Target } from './channel.ts';

export interface ConversationRef {
  readonly accountId: string;
  /** Unique within the account: the channel's chat and thread. */
  readonly key: string;
  readonly target: Target;
  readonly group: boolean;
}
