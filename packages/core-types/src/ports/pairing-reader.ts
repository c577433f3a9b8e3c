import type { Tally } from './access-rows.ts';
import type { ConversationRef } from './conversation-ref.ts';

export interface PairingRow {
  readonly codeHint: string;
  readonly channel: string;
  /** The name of our account. */
  readonly account: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly name: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly conversation: ConversationRef;
}

/** Somebody whom the owner let in. */
export interface AllowedRow {
  readonly channel: string;
  /** The name of our account. */
  readonly account: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly name: string | undefined;
  /** Unix ms; undefined where it was decided before that was kept. */
  readonly since: number | undefined;
}

export interface PairingReader {
  /** Those that can be approved, the newest first. */
  listPairings(input: { limit: number }): Promise<readonly PairingRow[]>;
  /** One that can be approved. */
  findPairingByCode(input: { codeHash: string }): Promise<PairingRow | undefined>;
  /** A sender's code that has not expired, a refused one too. */
  findPairing(input: {
    channel: string;
    accountId: string;
    externalId: string;
  }): Promise<PairingRow | undefined>;
  /** People who were let in, the last first. */
  listAllowed(input: { limit: number }): Promise<readonly AllowedRow[]>;
  /** The same of one sender, by the name of our account; several where the name was another platform account's before. */
  findAllowed(input: {
    channel: string;
    account: string;
    externalId: string;
  }): Promise<readonly AllowedRow[]>;
  /** Where somebody last wrote to us alone. */
  findDirect(input: {
    channel: string;
    accountId: string;
    externalId: string;
  }): Promise<ConversationRef | undefined>;
  /** How often in the window that is open now. */
  findTally(input: Tally): Promise<number>;
}
