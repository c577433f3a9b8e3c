import spec from './fixtures/bot-api.json' with { type: 'json' };

/** Fields of a method or type: name (with `?` where optional) to its types, joined by `|`. */
export type FieldTable = Readonly<Record<string, string>>;

// The file is our own derivation of the specification (see fixtures/NOTICE.md); these are its shapes.
const methods: Readonly<Record<string, FieldTable>> = spec.methods;
const types: Readonly<Record<string, FieldTable>> = spec.types;
const unions: Readonly<Record<string, readonly string[]>> = spec.unions;

/** The Bot API's methods and types, as its documentation states them. */
export const botApi = { version: spec.version, methods, types, unions };

const byLowerName: ReadonlyMap<string, string> = new Map(
  Object.keys(methods).map((name) => [name.toLowerCase(), name]),
);

/** Method names are case-insensitive. https://core.telegram.org/bots/api#making-requests */
export function findMethod(name: string): string | undefined {
  return byLowerName.get(name.toLowerCase());
}
