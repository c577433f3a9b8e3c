import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { planObject } from './object-schema.ts';

const schema = z.object({
  mail: z.email().optional(),
  count: z.number().min(1),
  kind: z.literal('a'),
});

describe('the schema that a service is sent', () => {
  it('is closed and requires everything for OpenAI, with null for what may be left out', () => {
    expect(planObject(schema, 'openai')).toMatchObject({
      way: 'format',
      strict: true,
      schema: {
        type: 'object',
        properties: {
          mail: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          count: { type: 'number', minimum: 1 },
          kind: { type: 'string', enum: ['a'] },
        },
        required: ['mail', 'count', 'kind'],
        additionalProperties: false,
      },
    });
    expect(JSON.stringify(planObject(schema, 'openai').schema)).not.toContain('pattern');
  });

  it('is asked for loosely where OpenAI could not be strict', () => {
    const open = z.object({ by: z.record(z.string(), z.number()) });
    expect(planObject(open, 'openai')).toMatchObject({ way: 'format', strict: false });
    expect(planObject(z.object({ any: z.unknown() }), 'openai')).toMatchObject({ strict: false });
  });

  it('says no bounds to Anthropic, and is the input of a tool where it is open or recurs', () => {
    const plan = planObject(schema, 'anthropic');
    expect(plan).toMatchObject({ way: 'format', strict: true });
    expect(plan.schema).toMatchObject({
      properties: { mail: { type: 'string' }, count: { type: 'number' } },
      required: ['count', 'kind'],
      additionalProperties: false,
    });
    expect(JSON.stringify(plan.schema)).not.toMatch(/minimum|pattern/);
    expect(planObject(z.record(z.string(), z.string()), 'anthropic').way).toBe('tool');
    expect(planObject(Tree, 'anthropic').way).toBe('tool');
  });

  it('keeps to the keywords that Gemini reads', () => {
    expect(planObject(schema, 'gemini').schema).toMatchObject({
      properties: {
        mail: { type: 'string', format: 'email' },
        count: { minimum: 1 },
        kind: { enum: ['a'] },
      },
      required: ['count', 'kind'],
    });
    expect(JSON.stringify(planObject(schema, 'gemini').schema)).not.toMatch(/pattern|const/);
  });

  it('is the input of a tool for Bedrock, and as it is for all others', () => {
    expect(planObject(schema, 'bedrock').way).toBe('tool');
    expect(planObject(schema, 'ollama')).toMatchObject({ way: 'format', strict: false });
    expect(planObject(schema, 'ollama').schema).toEqual(planObject(schema, 'ollama').meant);
  });

  it('has an object at the top whatever is asked for, and finds itself again inside it', () => {
    const list: z.ZodType = z.lazy(() => z.array(list));
    const { wrapped, schema: said } = planObject(list, 'ollama');
    expect(wrapped).toBe(true);
    expect(said).toMatchObject({ type: 'object', required: ['value'] });
    expect(JSON.stringify(said)).not.toContain('"$ref":"#"');
  });
});

const Tree = z.object({
  name: z.string(),
  get below() {
    return z.array(Tree);
  },
});
