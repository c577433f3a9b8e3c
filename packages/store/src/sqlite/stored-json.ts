/** Text of a JSON column → the value that was written there. Only for what this store encoded itself. */
export function fromStored<Value>(text: string): Value {
  // The column is written in one place, from a value of this type.
  return JSON.parse(text) as Value;
}

export function fromStoredOr<Value>(text: string | null | undefined): Value | undefined {
  return text === null || text === undefined ? undefined : fromStored<Value>(text);
}

export function toStored(value: unknown): string {
  return JSON.stringify(value);
}
