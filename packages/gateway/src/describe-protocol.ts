import type { Json } from '@cuttle/core-types';
import { eventNames, methods, protocolVersion, type ResultOf } from '@cuttle/core-types/protocol';
import { z } from 'zod';

/** The protocol as data: what `protocol.describe` answers and what the reference is generated from. */
export function describeProtocol(): ResultOf<'protocol.describe'> {
  return {
    version: { ...protocolVersion },
    events: [...eventNames],
    methods: methods.map(({ name, summary, scope, since, params, result }) => ({
      name,
      summary,
      ...(scope !== undefined && { scope }),
      since,
      params: toSchema(params, 'input'),
      result: toSchema(result, 'output'),
    })),
  };
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json; // a JSON Schema is JSON
}
