import { z } from 'zod';
import { CuttleError } from './errors.ts';

/** Any value that survives `JSON.stringify` and back. */
export const Json = z.json();
export type Json = z.infer<typeof Json>;

/**
 * Text from outside → a typed value. The only place that calls `JSON.parse` on foreign text.
 * Throws `request.invalid` with zod's own account of what is wrong.
 */
export function parseJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new CuttleError('request.invalid', 'This is not valid JSON.', { cause: error });
  }
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new CuttleError('request.invalid', z.prettifyError(result.error), { cause: result.error });
}
