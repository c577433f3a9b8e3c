/**
 * What is wrong with a JSON schema by the meta-schema of draft 2020-12, as far as tool schemas use it.
 * https://json-schema.org/draft/2020-12/schema
 */
export interface SchemaFault {
  /** Keys from the root, such as `['properties', 'tags']`. */
  readonly path: readonly string[];
  readonly problem: string;
}

type Check = (value: unknown) => string | undefined;

const typeNames = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);

const keywords: Readonly<Record<string, Check>> = {
  type: (value) => (isTypeName(value) ? undefined : 'unknown type'),
  required: (value) => (isStringSet(value) ? undefined : 'required must be distinct strings'),
  enum: (value) => (Array.isArray(value) ? undefined : 'enum must be an array'),
  pattern: (value) => (isPattern(value) ? undefined : 'pattern must be a regular expression'),
  description: (value) => (typeof value === 'string' ? undefined : 'description must be text'),
  minimum: numberCheck,
  maximum: numberCheck,
  minLength: countCheck,
  maxLength: countCheck,
  minItems: countCheck,
  maxItems: countCheck,
  uniqueItems: (value) => (typeof value === 'boolean' ? undefined : 'must be a boolean'),
};

const schemaKeys = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains'];
const schemaListKeys = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const schemaMapKeys = ['properties', '$defs', 'definitions', 'patternProperties'];

export function findSchemaFault(
  schema: unknown,
  path: readonly string[] = [],
): SchemaFault | undefined {
  if (typeof schema === 'boolean') return undefined;
  if (!isRecord(schema)) return { path, problem: 'a schema must be an object or a boolean' };
  for (const [key, value] of Object.entries(schema)) {
    const problem = keywords[key]?.(value);
    if (problem !== undefined) return { path: [...path, key], problem };
  }
  for (const [key, child] of childSchemas(schema)) {
    const fault =
      typeof key === 'string'
        ? { path: [...path, key], problem: `${key} has the wrong form` }
        : findSchemaFault(child, [...path, ...key]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Yields each schema below this one under its keys, or the bare key where the value has the wrong form. */
export function* childSchemas(
  schema: Readonly<Record<string, unknown>>,
): Generator<readonly [readonly string[] | string, unknown]> {
  for (const key of schemaKeys) if (key in schema) yield [[key], schema[key]];
  for (const key of schemaListKeys) {
    if (!(key in schema)) continue;
    const list = schema[key];
    if (!Array.isArray(list) || list.length === 0) yield [key, list];
    else for (const [index, child] of list.entries()) yield [[key, String(index)], child];
  }
  for (const key of schemaMapKeys) {
    if (!(key in schema)) continue;
    const map = schema[key];
    if (!isRecord(map)) yield [key, map];
    else for (const [name, child] of Object.entries(map)) yield [[key, name], child];
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTypeName(value: unknown): boolean {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => typeof name === 'string' && typeNames.has(name));
}

function isStringSet(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((entry) => typeof entry === 'string') && new Set(value).size === value.length;
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function numberCheck(value: unknown): string | undefined {
  return typeof value === 'number' ? undefined : 'must be a number';
}

function countCheck(value: unknown): string | undefined {
  return Number.isInteger(value) && Number(value) >= 0 ? undefined : 'must be a count';
}
