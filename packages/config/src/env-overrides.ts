import type { z } from 'zod';
import { Json5Failure } from './json5/failure.ts';
import { parseJson5, toValue } from './json5/tree.ts';
import { type ConfigPath, findLocated, fromPlain, type Located, withValue } from './located.ts';
import { type SchemaShape, shapeOf } from './schema-shape.ts';
import { fold } from './suggest.ts';
import type { Environment } from './substitute.ts';

/**
 * `CUTTLE_<SECTION>__<KEY>` over what the files say. Case and `_` inside a segment do not count (`CUTTLE_GATEWAY__ALLOWED_ORIGINS`);
 * the value is JSON5, or else text. An empty variable counts as unset.
 */
export function applyOverrides(root: Located, env: Environment, schema: z.ZodType): Located {
  let result = root;
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || text === '') continue;
    const segments = segmentsOf(name);
    if (!segments) continue;
    const path = findPath(segments, { schema, root: result });
    result = withValue(result, path, readValue(name, text));
  }
  return result;
}

/** An environment in which nothing overrides the files. */
export function withoutOverrides(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !segmentsOf(name)));
}

function segmentsOf(name: string): readonly string[] | undefined {
  const segments = /^CUTTLE_(?=.*__)(.+)$/i.exec(name)?.[1]?.split('__');
  return segments?.includes('') ? undefined : segments;
}

/** The value of an override or of a command's argument. */
export function readLooseValue(text: string): unknown {
  try {
    return toValue(parseJson5(text));
  } catch (error) {
    if (error instanceof Json5Failure) return text;
    throw error;
  }
}

function readValue(name: string, text: string): Located {
  const value = fromPlain(readLooseValue(text), { source: name });
  return value.kind === 'scalar' ? { ...value, text } : value;
}

/** The keys that segments name: those of the schema, else those that the files have, else the segment in our spelling. */
function findPath(
  segments: readonly string[],
  { schema, root }: { schema: z.ZodType; root: Located },
): ConfigPath {
  const path: (string | number)[] = [];
  let shape: SchemaShape = shapeOf(schema);
  for (const segment of segments) {
    const key = findKey(segment, shape, findLocated(root, path));
    path.push(key);
    shape = shapeBelow(shape, key);
  }
  return path;
}

function findKey(
  segment: string,
  shape: SchemaShape,
  present: Located | undefined,
): string | number {
  if (shape.kind === 'array' && /^\d+$/.test(segment)) return Number(segment);
  const known = shape.kind === 'object' ? [...shape.members.keys()] : [];
  const written = present?.kind === 'object' ? [...present.members.keys()] : [];
  return [...known, ...written].find((one) => fold(one) === fold(segment)) ?? toCamelCase(segment);
}

function shapeBelow(shape: SchemaShape, key: string | number): SchemaShape {
  switch (shape.kind) {
    case 'array':
      return shapeOf(shape.element);
    case 'record':
      return shapeOf(shape.value);
    case 'object': {
      const member = shape.members.get(String(key));
      return member ? shapeOf(member) : { kind: 'leaf' };
    }
    case 'leaf':
      return shape;
  }
}

/** A key that nothing tells the spelling of: `BOT_TOKEN` is `botToken`, the way all our keys are written. */
function toCamelCase(segment: string): string {
  return segment.toLowerCase().replaceAll(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}
