import type { RenderedPart } from './markdown/dialect.ts';

/** Words that are short enough to stand under a file; undefined where they are messages of their own, or none. */
export function toCaption(
  words: readonly RenderedPart[],
  maxLength: number,
): RenderedPart | undefined {
  const [only, ...more] = words;
  return more.length === 0 && (only?.body.length ?? 0) <= maxLength ? only : undefined;
}
