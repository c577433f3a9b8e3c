/** A standing order that was pinned. Order is `seq`. */
export interface PinRow {
  readonly pinId: string;
  readonly agentId: string;
  /** Undefined: it holds in every session of the agent. */
  readonly sessionKey: string | undefined;
  readonly text: string;
  /** Id of the principal who pinned it. */
  readonly by: string;
  /** Unix ms. */
  readonly createdAt: number;
}
export type PinDraft = Omit<PinRow, 'createdAt'>;

/**
 * Standing orders outlast what is said: they belong to a place, not to a transcript, so no reset, compaction or purge takes them.
 * Rows stay when a pin is taken down, with who did it and when.
 */
export interface PinJournal {
  /** Idempotent by agent, session key and text: what is pinned there already is returned as it is. */
  addPin(input: PinDraft): Promise<PinRow>;
  /** False where there is no such pin any more. */
  removePin(input: { pinId: string; by: string }): Promise<boolean>;
}
