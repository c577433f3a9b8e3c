import type { Json } from '@cuttle/core-types';
import type { ToolSpec } from '@cuttle/core-types/ports';

/** OpenAI refuses a schema without properties: "object schema missing properties". */
export function encodeSchema(parameters: ToolSpec['parameters']): Readonly<Record<string, Json>> {
  if (parameters['type'] === undefined && Object.keys(parameters).length === 0)
    return { type: 'object', properties: {} };
  return parameters['type'] === 'object' && parameters['properties'] === undefined
    ? { ...parameters, properties: {} }
    : parameters;
}
