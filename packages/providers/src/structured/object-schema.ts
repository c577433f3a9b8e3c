import { Json, parseJson } from '@cuttle/core-types';
import { z } from 'zod';
import { mapSchema, type JsonSchema, someSchema } from './map-schema.ts';

/** How a model is asked for a value of a schema, in the way of its dialect. */
export interface ObjectPlan {
  /** By the format of the answer, or by a tool that it has to call. */
  readonly way: 'format' | 'tool';
  /** As the service takes it. */
  readonly schema: JsonSchema;
  /** Whether the service holds the model to it. */
  readonly strict: boolean;
  /** As its author meant it, with all that the service does not hold the model to. */
  readonly meant: JsonSchema;
  /** Services want an object at the top: anything else is its `value`. */
  readonly wrapped: boolean;
}

/** What a dialect's native mode takes. Nothing is lost: the answer is held to the author's own schema. */
interface SchemaRule {
  /** Keywords that are refused or not understood are left out. */
  readonly keywords: ReadonlySet<string>;
  /** Every object says that it takes nothing more; what cannot say so is asked for loosely, or by a tool. */
  readonly closed?: 'all-required' | 'optional-left-out';
  readonly whereOpen?: 'loose' | 'tool';
  readonly recursion?: 'tool';
}

const shape = [
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'anyOf',
  '$ref',
  '$defs',
] as const;
const counts = ['minItems', 'maxItems', 'minimum', 'maximum'] as const;

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
const openai: SchemaRule = {
  keywords: new Set([...shape, ...counts, 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']),
  closed: 'all-required',
  whereOpen: 'loose',
};

const rules: Readonly<Record<string, SchemaRule>> = {
  openai,
  'openai-responses': openai,
  /** https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations */
  anthropic: {
    keywords: new Set([...shape, 'const', 'default', 'allOf']),
    closed: 'optional-left-out',
    whereOpen: 'tool',
    recursion: 'tool',
  },
  /** https://ai.google.dev/gemini-api/docs/structured-output#json_schema_support */
  gemini: { keywords: new Set([...shape, ...counts, 'format', 'prefixItems']) },
};

/** Models that take a format are few there; tools are taken by most. */
const byTool: ReadonlySet<string> = new Set(['bedrock']);

/** A zod schema → what to ask a service of that dialect. Throws what zod throws of a schema that JSON Schema cannot say. */
export function planObject(schema: z.ZodType, dialect: string): ObjectPlan {
  const { $schema: _version, ...bare } = toJsonSchema(schema);
  const wrapped = bare['type'] !== 'object';
  const meant = wrapped ? wrap(bare) : bare;
  const rule = rules[dialect];
  const asTool = { way: 'tool', schema: meant, strict: false, meant, wrapped } as const;
  if (byTool.has(dialect)) return asTool;
  if (!rule) return { ...asTool, way: 'format' };
  const isOpen = rule.closed !== undefined && someSchema(meant, isOpenNode);
  const recurs = someSchema(meant, (node) => '$ref' in node);
  if ((isOpen && rule.whereOpen === 'tool') || (recurs && rule.recursion === 'tool')) return asTool;
  const strict = rule.closed !== undefined && !isOpen;
  const fitted = mapSchema(meant, (node) => fit(node, rule, strict ? rule.closed : undefined));
  return { way: 'format', schema: fitted, strict, meant, wrapped };
}

const Schema = z.record(z.string(), Json);

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return parseJson(Schema, JSON.stringify(z.toJSONSchema(schema, { io: 'input' })));
}

function wrap({ $defs, ...value }: JsonSchema): JsonSchema {
  const moved = mapSchema(value, (node) =>
    node['$ref'] === '#' ? { ...node, $ref: '#/properties/value' } : node,
  );
  return {
    type: 'object',
    properties: { value: moved },
    required: ['value'],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
  };
}

/** Takes what nobody named: a record, anything at all, or what several schemas say together. */
function isOpenNode(node: JsonSchema): boolean {
  const { type, properties, additionalProperties } = node;
  if ('allOf' in node || 'not' in node || 'prefixItems' in node) return true;
  if (type === 'object' && (properties === undefined || isRecord(additionalProperties)))
    return true;
  if (additionalProperties === true) return true;
  return !['type', 'anyOf', 'oneOf', 'enum', 'const', '$ref'].some((key) => key in node);
}

function fit(node: JsonSchema, { keywords }: SchemaRule, closed: SchemaRule['closed']): JsonSchema {
  const { oneOf, const: constant, ...rest } = node;
  const said: Record<string, Json> = {
    ...rest,
    ...(oneOf !== undefined && { anyOf: oneOf }),
    ...(constant !== undefined && { enum: [constant] }),
  };
  const kept = Object.fromEntries(Object.entries(said).filter(([key]) => keywords.has(key)));
  const { properties, required } = kept;
  if (closed === undefined || !isRecord(properties)) return kept;
  if (closed === 'optional-left-out') return { ...kept, additionalProperties: false };
  const needed: readonly Json[] = Array.isArray(required) ? required : [];
  const all = Object.entries(properties).map(([name, child]): [string, Json] =>
    needed.includes(name) ? [name, child] : [name, { anyOf: [child, { type: 'null' }] }],
  );
  return {
    ...kept,
    properties: Object.fromEntries(all),
    required: all.map(([name]) => name),
    additionalProperties: false,
  };
}

export function isRecord(value: Json | undefined): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
