import { childSchemas, findSchemaFault, isRecord } from '../json-schema-fault.ts';

type Schema = Readonly<Record<string, unknown>>;

/** What the service says of the parameters of a function, or nothing; Chat Completions and Responses share the words. */
export const functionSchemaRules = {
  root: refuseRoot,
  complete: (schema: Schema) => refuseIncomplete(schema, []),
  strict: (schema: Schema) => refuseOpen(schema, []),
} as const satisfies Readonly<Record<string, (schema: Schema) => string | undefined>>;

function refuseRoot(schema: Schema): string | undefined {
  const { type } = schema;
  if (type === 'object') return undefined;
  const got = type === undefined ? '"None"' : JSON.stringify(type);
  return `schema must be a JSON Schema of 'type: "object"', got 'type: ${got}'.`;
}

function refuseIncomplete(schema: Schema, path: readonly string[]): string | undefined {
  if (schema['type'] === 'object' && !('properties' in schema) && path.length === 0) {
    return `In context=${contextOf(path)}, object schema missing properties.`;
  }
  if (schema['type'] === 'array' && !('items' in schema) && !('prefixItems' in schema)) {
    return `In context=${contextOf(path)}, array schema missing items.`;
  }
  if (path.length === 0) {
    const fault = findSchemaFault(schema);
    if (fault !== undefined) {
      return `In context=${contextOf(fault.path.slice(0, -1))}, ${fault.problem}.`;
    }
  }
  return firstBelow(schema, path, refuseIncomplete);
}

function refuseOpen(schema: Schema, path: readonly string[]): string | undefined {
  if (schema['type'] === 'object') {
    const context = contextOf(path);
    if (schema['additionalProperties'] !== false) {
      return `In context=${context}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const names = isRecord(schema['properties']) ? Object.keys(schema['properties']) : [];
    const required: readonly unknown[] = Array.isArray(schema['required'])
      ? schema['required']
      : [];
    const missing = names.find((name) => !required.includes(name));
    if (missing !== undefined) {
      return `In context=${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
    }
  }
  return firstBelow(schema, path, refuseOpen);
}

function firstBelow(
  schema: Schema,
  path: readonly string[],
  refuse: (schema: Schema, path: readonly string[]) => string | undefined,
): string | undefined {
  for (const [key, child] of childSchemas(schema)) {
    if (typeof key === 'string' || !isRecord(child)) continue;
    const refusal = refuse(child, [...path, ...key]);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Python's way to write a tuple: `()`, `('properties', 'tags')`, `('items',)`. */
function contextOf(path: readonly string[]): string {
  const words = path.map((key) => `'${key}'`);
  return words.length === 1 ? `(${words[0]},)` : `(${words.join(', ')})`;
}

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas: the same rules, for the format of an answer. */
export function refuseFormat(
  format: {
    readonly name: string;
    readonly schema?: Schema | undefined;
    readonly strict?: boolean | null | undefined;
  },
  param: string,
): { readonly message: string; readonly param: string; readonly code: string | null } | undefined {
  const { name, schema, strict } = format;
  if (schema === undefined || strict !== true) return undefined;
  const { root, complete, strict: closed } = functionSchemaRules;
  const fault = root(schema) ?? complete(schema) ?? closed(schema);
  if (fault === undefined) return undefined;
  return { message: `Invalid schema for response_format '${name}': ${fault}`, param, code: null };
}
