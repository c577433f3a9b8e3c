import { describe, expect, it } from 'vitest';
import { findSchemaFault } from './json-schema-fault.ts';

describe('findSchemaFault', () => {
  it.each([
    true,
    {},
    { type: 'object', properties: { a: { type: ['string', 'null'], enum: ['x', null] } } },
    { type: 'array', items: { anyOf: [{ type: 'integer', minimum: 1 }, false] } },
    { $defs: { a: { type: 'string', pattern: '^a+$' } }, properties: { b: { $ref: '#/$defs/a' } } },
    { type: 'object', additionalProperties: { type: 'number' }, required: ['a', 'b'] },
    { 'x-own': { type: 'whatever' } },
  ])('finds none in %j', (schema) => {
    expect(findSchemaFault(schema)).toBeUndefined();
  });

  it.each([
    ['text', []],
    [{ type: 'text' }, ['type']],
    [{ type: [] }, ['type']],
    [{ required: 'a' }, ['required']],
    [{ required: ['a', 'a'] }, ['required']],
    [{ enum: 'a' }, ['enum']],
    [{ pattern: '(' }, ['pattern']],
    [{ minLength: -1 }, ['minLength']],
    [{ minimum: '1' }, ['minimum']],
    [{ uniqueItems: 'yes' }, ['uniqueItems']],
    [{ anyOf: [] }, ['anyOf']],
    [{ properties: ['a'] }, ['properties']],
    [{ properties: { a: 'string' } }, ['properties', 'a']],
    [{ items: { oneOf: [{}, { type: 'x' }] } }, ['items', 'oneOf', '1', 'type']],
  ])('finds in %j the fault at %j', (schema, path) => {
    expect(findSchemaFault(schema)?.path).toEqual(path);
  });
});
