import { Json, parseJson } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { JsonSchema } from './map-schema.ts';
import { isRecord, type ObjectPlan } from './object-schema.ts';

export type ReadObject<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `problem` is said to the model. */
  | { readonly ok: false; readonly problem: string };

/** What a model answered, as text or as a tool's input → a value of the schema, or what is wrong with it. */
export function readObject<Schema extends z.ZodType>(
  answer: Json,
  schema: Schema,
  { meant, wrapped, strict }: ObjectPlan,
): ReadObject<z.output<Schema>> {
  const raw = typeof answer === 'string' ? findJson(answer) : answer;
  if (raw === undefined) return { ok: false, problem: 'This is not one complete JSON value.' };
  const filled = strict ? withoutAbsent(raw, meant, meant) : raw;
  const value = wrapped && isRecord(filled) && 'value' in filled ? filled['value'] : filled;
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problem: z.prettifyError(result.error) };
}

/** Models put it between fences, or say a word before it. */
function findJson(text: string): Json | undefined {
  const opened = text.indexOf('\n', text.indexOf('```'));
  const fenced = text.includes('```') ? text.slice(opened, text.lastIndexOf('```')) : undefined;
  const braced = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  for (const candidate of [text, fenced, braced]) {
    const value = candidate === undefined ? undefined : parseMaybe(candidate.trim());
    if (value !== undefined) return value;
  }
  return undefined;
}

function parseMaybe(text: string): Json | undefined {
  try {
    return parseJson(Json, text);
  } catch (error) {
    // A RangeError is nesting deeper than the stack.
    if (isCuttleError(error, 'request.invalid') || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** In strict mode a property cannot be left out, so what may be left out is said to be null. */
function withoutAbsent(value: Json, node: JsonSchema, root: JsonSchema): Json {
  const { $ref: ref, items, properties, required } = node;
  if (typeof ref === 'string') return withoutAbsent(value, resolve(ref, root), root);
  const alternatives = [node['anyOf'], node['oneOf']].find(Array.isArray) ?? [];
  const picked = alternatives
    .filter(isRecord)
    .reduce((rest: Json, alternative) => withoutAbsent(rest, alternative, root), value);
  if (Array.isArray(picked))
    return isRecord(items) ? picked.map((item) => withoutAbsent(item, items, root)) : picked;
  if (!isRecord(picked) || !isRecord(properties)) return picked;
  const needed: readonly Json[] = Array.isArray(required) ? required : [];
  const entries = Object.entries(picked).flatMap(([key, inner]): readonly [string, Json][] => {
    const child = properties[key];
    if (!isRecord(child)) return [[key, inner]];
    if (inner === null && !needed.includes(key) && !takesNull(child)) return [];
    return [[key, withoutAbsent(inner, child, root)]];
  });
  return Object.fromEntries(entries);
}

/** `#/$defs/name`, `#/properties/value` or `#`. */
function resolve(ref: string, root: JsonSchema): JsonSchema {
  let found: Json | undefined = root;
  for (const key of ref.split('/').slice(1)) found = isRecord(found) ? found[key] : undefined;
  return isRecord(found) ? found : {};
}

function takesNull(node: JsonSchema): boolean {
  const { type, anyOf } = node;
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return true;
  return Array.isArray(anyOf) && anyOf.some((one) => isRecord(one) && takesNull(one));
}
