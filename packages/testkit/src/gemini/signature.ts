import { createHash } from 'node:crypto';

/**
 * The signature that this server puts on a part and knows again. The content is the text of a text part, and the name
 * and arguments of a call, so that a signature is known only on the very part that it came with.
 */
export function signPart(content: string): string {
  return Buffer.concat([head, createHash('sha256').update(content).digest()]).toString('base64');
}

const head = Buffer.from('testkit');

/**
 * For parts that the service did not say. https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 */
export const standInSignatures: ReadonlySet<string> = new Set([
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
]);

/** What a signature of a call is made over: order of keys does not count. */
export function callContent(name: string, args: unknown): string {
  return `${name}(${JSON.stringify(sorted(args))})`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
