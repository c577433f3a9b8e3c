import type { Json } from '../json.ts';

/** How far the events of an account were taken in, where its platform does not remember that itself. Part of `Journal`, whose contract holds. */
export interface CheckpointJournal {
  /** Replaces the last one; the channel's own JSON. Throws `request.not-found` for an unknown account. */
  putCheckpoint(input: { accountId: string; checkpoint: Json }): Promise<void>;
}

export interface CheckpointReader {
  findCheckpoint(input: { accountId: string }): Promise<Json | undefined>;
}
