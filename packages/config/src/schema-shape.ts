import { z } from 'zod';

/** What a schema says about the inside of a value, with its wrappers (optional, default, …) taken off. */
export type SchemaShape =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, z.ZodType> }
  | { readonly kind: 'record'; readonly value: z.ZodType }
  | { readonly kind: 'array'; readonly element: z.ZodType }
  | { readonly kind: 'leaf' };

export function shapeOf(schema: z.ZodType): SchemaShape {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject)
    return { kind: 'object', members: new Map(Object.entries<z.ZodType>(inner.shape)) };
  // A record's and an array's inner schemas are classic ones: this package makes them with `z`.
  if (inner instanceof z.ZodRecord) return { kind: 'record', value: inner.valueType as z.ZodType };
  if (inner instanceof z.ZodArray) return { kind: 'array', element: inner.element as z.ZodType }; // likewise
  return { kind: 'leaf' };
}

/** The schema below optional, nullable, default and prefault. */
function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault
  )
    inner = inner.unwrap() as z.ZodType; // a wrapper made with `z` holds a classic schema
  return inner;
}
