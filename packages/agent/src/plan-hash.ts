import type { Json } from '@cuttle/core-types';

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${fields.join(',')}}`;
}

/** SHA-256 in hex of what a call would do: the tool and its arguments. Approvals and idempotency keys are bound to it. */
export async function planHash(tool: string, input: Json): Promise<string> {
  const bytes = new TextEncoder().encode(`${tool}\n${canonicalJson(input)}`);
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The call that a key names; undefined where it names none. */
export function placeOfKey(
  key: string,
): { readonly runId: string; readonly step: number; readonly index: number } | undefined {
  const [, runId, step, index] = /^(.+):(\d+):(\d+):[0-9a-f]+$/.exec(key) ?? [];
  if (runId === undefined) return undefined;
  return { runId, step: Number(step), index: Number(index) };
}

/** The key of a call for its whole life: which run, which step, which call in it, which plan. */
export function callKey(
  place: { runId: string; step: number; index: number },
  hash: string,
): string {
  return `${place.runId}:${place.step}:${place.index}:${hash.slice(0, 16)}`;
}
