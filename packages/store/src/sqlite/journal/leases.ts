import type { Unit } from '../unit.ts';

const release = `UPDATE run SET state = 'ready', fence = NULL WHERE space = 'main' AND ended_at IS NULL AND state = 'leased' AND boot = ?`;

/** No step is touched: the claim that goes on says of an open one that it is called again. */
export function releaseRuns({ db, boot }: Unit): number {
  return db.run(release, boot);
}
