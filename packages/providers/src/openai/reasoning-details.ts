import type { Json } from '@cuttle/core-types';

type Detail = Readonly<Record<string, Json>>;

/** Fields that come in pieces. https://openrouter.ai/docs/use-cases/reasoning-tokens */
const pieces: ReadonlySet<string> = new Set(['text', 'summary', 'data']);

/** Joins the pieces of OpenRouter's `reasoning_details`: those of one index and type are one block. */
export function mergeDetails(
  known: readonly Detail[],
  added: readonly Detail[],
): readonly Detail[] {
  const merged = [...known];
  for (const detail of added) {
    const at = merged.findIndex(
      (other) => other['index'] === detail['index'] && other['type'] === detail['type'],
    );
    const before = merged[at];
    if (before && detail['index'] !== undefined) merged[at] = join(before, detail);
    else merged.push(detail);
  }
  return merged;
}

function join(before: Detail, detail: Detail): Detail {
  const joined: Record<string, Json> = { ...before };
  for (const [key, value] of Object.entries(detail)) {
    const old = before[key];
    if (pieces.has(key) && typeof old === 'string' && typeof value === 'string')
      joined[key] = old + value;
    else if (value !== null) joined[key] = value;
  }
  return joined;
}
