import type { Principal } from '../principal.ts';
import type { ConversationRef } from './conversation-ref.ts';
import type { OutboundDraft } from './delivery-rows.ts';

export interface PairingDraft {
  readonly codeHash: string;
  /** Shown to the owner in lists. */
  readonly codeHint: string;
  readonly channel: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly name: string | undefined;
  readonly conversation: ConversationRef;
  readonly expiresAt: number;
  /** What this one is counted in. */
  readonly tallies?: readonly Tally[] | undefined;
}

/** How often a thing that is limited was done in a window of time; it begins with the first one behind the last window. */
export interface Tally {
  /** Holds no id of a person. */
  readonly key: string;
  readonly windowMs: number;
}

/** What somebody decides of a code that they were told. */
export interface PairingDecision {
  readonly codeHash: string;
  readonly decision: 'approved' | 'refused';
  /** Id of the principal whose decision it is. */
  readonly by: string;
  /** What the holder of the code is told where it holds. */
  readonly outbound: readonly OutboundDraft[];
  /** Counts wrong codes. At `most` of them every code is refused, a right one too, until the window is over. */
  readonly guesses: Tally & { readonly most: number };
}

export interface Identity {
  readonly channel: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly personId: string;
  /** Whether the owner joined it to a person of several accounts. */
  readonly linked: boolean;
  readonly name: string | undefined;
  readonly access: 'allowed' | 'blocked' | 'none';
}

export interface TokenDraft {
  readonly hash: string;
  /** `code`: single use, opens the page. `cookie`: a browser's login. `api`: a key made by the owner. */
  readonly kind: 'code' | 'cookie' | 'api';
  readonly name: string;
  readonly principal: Principal;
  readonly expiresAt: number | undefined;
}

export interface StoredToken extends TokenDraft {
  readonly createdAt: number;
}
