import { isRecord } from '../json-schema-fault.ts';

/** Values that are the client's own, whose keys mean what they say. */
const free: ReadonlySet<string> = new Set([
  'args',
  'response',
  'properties',
  'parametersJsonSchema',
  'responseJsonSchema',
  '_responseJsonSchema',
  'partMetadata',
  'labels',
]);

/**
 * The JSON form of protocol buffers takes a field by its name in camelCase or in snake_case; from here on it is camelCase.
 * https://protobuf.dev/programming-guides/json/#json-options
 */
export function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = camelCase(key);
    return [name, free.has(name) ? keepValue(name, inner) : toCamelCase(inner)];
  });
  return Object.fromEntries(entries);
}

/** The names of properties are free, their schemas are not. */
function keepValue(name: string, value: unknown): unknown {
  if (name !== 'properties' || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toCamelCase(inner)]));
}

function camelCase(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])_([a-z\d])/g, (_match, letter: string) =>
    letter.toUpperCase(),
  );
}

/** As the service names fields in its complaints: `tools[0].function_declarations[1].name`. */
export function toFieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${snakeCase(String(key))}`))
    .join('')
    .replace(/^\./, '');
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
