/** What a service takes in one request. */
export interface BatchLimits {
  readonly maxTexts: number;
  /** UTF-16 units of all texts together; a longer text goes alone, and the service says what it thinks of it. */
  readonly maxCharacters: number;
  /** Requests under way at once; 1 unless a service takes one text at a time. */
  readonly atOnce?: number | undefined;
}

/** Texts in order, as many to a request as the service takes. */
export function toBatches(
  texts: readonly string[],
  { maxTexts, maxCharacters }: BatchLimits,
): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let characters = 0;
  for (const text of texts) {
    const isFull = batch.length >= maxTexts || characters + text.length > maxCharacters;
    if (isFull && batch.length > 0) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(text);
    characters += text.length;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}
