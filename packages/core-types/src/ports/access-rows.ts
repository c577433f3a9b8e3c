import type { Principal } from '../principal.ts';
import type { ConversationRef } from './conversation-ref.ts';

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
