import type { Json } from '@cuttle/core-types';

type Detail = Readonly<Record<string, Json>>;

/** OpenRouter's `reasoning_details` while their pieces come in. */
export interface ReasoningDetails {
  readonly all: Detail[];
  /** Where the block of an index and type stands. */
  readonly places: Map<string, number>;
}

export function createReasoningDetails(): ReasoningDetails {
  return { all: [], places: new Map() };
}

/** Fields that come in pieces. https://openrouter.ai/docs/use-cases/reasoning-tokens */
const pieces: ReadonlySet<string> = new Set(['text', 'summary', 'data']);

/** Those of one index and type are one block; without an index each is its own. */
export function addDetails({ all, places }: ReasoningDetails, added: readonly Detail[]): void {
  for (const detail of added) {
    const { index, type } = detail;
    const key = index === undefined ? undefined : JSON.stringify([index, type]);
    const at = key === undefined ? undefined : places.get(key);
    const before = at === undefined ? undefined : all[at];
    if (at !== undefined && before) {
      all[at] = join(before, detail);
      continue;
    }
    if (key !== undefined) places.set(key, all.length);
    all.push(detail);
  }
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
