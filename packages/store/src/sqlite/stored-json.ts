import type { Json } from '@cuttle/core-types';

declare const encoded: unique symbol;

/** The text of a JSON column, with the type of what was encoded. */
export type Stored<Value> = string & { readonly [encoded]: Value };

export function toStored<Value>(value: Value): Stored<Value> {
  return JSON.stringify(value) as Stored<Value>; // the one place that makes such a text
}

export function fromStored<Value>(text: Stored<Value>): Value {
  return JSON.parse(text) as Value; // by its type, a text that `toStored` made of such a value
}

export function fromStoredOr<Value>(text: Stored<Value> | null | undefined): Value | undefined {
  return text === null || text === undefined ? undefined : fromStored(text);
}

/** The value as JSON, for those who do not look into it. */
export function toJson(text: Stored<unknown>): Json {
  return JSON.parse(text) as Json; // whatever a JSON text holds is JSON
}
