import type { Json } from '@cuttle/core-types';

/**
 * JSON with sorted keys. What a store gives back may have its keys in another order than what was stored,
 * and a request must have the same bytes each time for a prompt cache to hit.
 */
export function stableJson(value: Json): string {
  return JSON.stringify(sorted(value));
}

export function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Eight hex digits that depend on every character. For telling names apart, not for secrets (FNV-1a, 32 bits). */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
