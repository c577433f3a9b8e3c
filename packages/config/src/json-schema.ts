import type { Json } from '@cuttle/core-types';
import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The JSON Schema of what a person may write, for editors and forms. */
export function toJsonSchema(): Json {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return schema as Json; // a JSON Schema is JSON
}
