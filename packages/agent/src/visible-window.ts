/**
 * Which entries of a long transcript a model call sees: at most `most`, cut in blocks of half of that, so that the
 * beginning stays equal over many turns (prompt caches hit) and the cost of a turn does not grow with the history.
 * Returns the sequence number below which entries are left out (0: none).
 */
export function visibleWindow(uptoSeq: number, most: number): number {
  const block = Math.max(1, Math.floor(most / 2));
  if (uptoSeq <= most) return 0;
  return Math.ceil((uptoSeq - most) / block) * block;
}
