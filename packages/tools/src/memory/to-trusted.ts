import { parseEntries, withoutMark } from './entry.ts';

/**
 * A file of the memory as a prompt may hold it: without the marks of entries, and without what somebody untrusted made the agent
 * remember. That is found by `memory_search`, which taints who reads it.
 */
export function toTrusted(file: string): string {
  const lines = file.split('\n');
  const entries = parseEntries(lines);
  const left = new Set<number>();
  for (const { from, to, taint } of entries)
    if (taint.length > 0) for (let line = from; line <= to; line += 1) left.add(line);
  const kept = lines.filter((_line, at) => !left.has(at + 1)).map(withoutMark);
  const count = entries.filter(({ taint }) => taint.length > 0).length;
  if (count > 0)
    kept.push('', `(Left out: ${count} of untrusted origin; memory_search finds them.)`);
  return kept.join('\n').trim();
}
