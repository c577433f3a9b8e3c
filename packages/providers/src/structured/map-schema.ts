import type { Json } from '@cuttle/core-types';

export type JsonSchema = Readonly<Record<string, Json>>;

const single: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'not',
  'propertyNames',
]);
const lists: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const named: ReadonlySet<string> = new Set(['properties', '$defs', 'patternProperties']);

/** The same schema with each of its nodes changed, from the innermost outwards. */
export function mapSchema(
  schema: JsonSchema,
  change: (node: JsonSchema) => JsonSchema,
): Record<string, Json> {
  const below = (child: Json): Json => (isNode(child) ? mapSchema(child, change) : child);
  const entries = Object.entries(schema).map(([key, child]): [string, Json] => {
    if (single.has(key)) return [key, below(child)];
    if (lists.has(key) && Array.isArray(child)) return [key, child.map(below)];
    if (named.has(key) && isNode(child)) {
      const inner = Object.entries(child).map(([name, node]) => [name, below(node)] as const);
      return [key, Object.fromEntries(inner)];
    }
    return [key, child];
  });
  return { ...change(Object.fromEntries(entries)) };
}

/** Whether the schema or one inside it is such. */
export function someSchema(schema: JsonSchema, test: (node: JsonSchema) => boolean): boolean {
  let found = false;
  mapSchema(schema, (node) => {
    found ||= test(node);
    return node;
  });
  return found;
}

function isNode(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
