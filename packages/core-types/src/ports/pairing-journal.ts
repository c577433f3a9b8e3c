import type { Identity, PairingDecision, PairingDraft } from './access-rows.ts';
import type { Committed } from './journal-rows.ts';

export type PairingOutcome =
  | { readonly kind: 'decided'; readonly identity: Identity }
  /** Unknown, used, refused or expired; it was counted. */
  | { readonly kind: 'unknown' }
  /** Until this time, Unix ms; nothing was looked at. */
  | { readonly kind: 'locked'; readonly until: number };

/** Codes by which strangers are let in. A command decides one in `settleCommand`, as `decidePairing` would. */
export interface PairingJournal {
  putPairing(input: PairingDraft): Promise<void>;
  /**
   * Single use. Approved: its holder is let in, and the code is gone. Refused: it can no longer be approved, and stays to its end, so that its holder
   * gets no other until then.
   */
  decidePairing(input: PairingDecision): Promise<PairingOutcome & Committed>;
}
