import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repairToolInput, repairToolName } from './repair-call.ts';

const names = ['current_time', 'file_list', 'file_read', 'memory_get', 'note_add', 'note_list'];

describe('repairToolName', () => {
  it.each([
    ['note_add', 'note_add'],
    ['Note-Add', 'note_add'],
    ['noteadd', 'note_add'],
    ['functions.note_add', 'note_add'],
    ['default_api:note_add', 'note_add'],
    ['mcp__cuttle__note_add', 'note_add'],
    ['readFile', 'file_read'],
    ['read_files', 'file_read'],
    ['list_notes', 'note_list'],
    ['note_ad', 'note_add'],
    ['nota_add', undefined],
    ['noet_add', 'note_add'],
    ['curent_time', 'current_time'],
  ])('reads %s as %s', (said, meant) => {
    expect(repairToolName(said, names)).toBe(meant);
  });

  it.each([
    ['a neighbour with another verb', 'memory_set'],
    ['another tool of the group', 'file_edit'],
    ['a word alone', 'note'],
    ['nothing', ''],
    ['a key of the prototype', '__proto__'],
    ['a very long name', 'note_add'.repeat(10_000)],
  ])('does not guess at %s', (_what, said) => {
    expect(repairToolName(said, names)).toBeUndefined();
  });

  it('does not choose between two candidates', () => {
    expect(repairToolName('noteadd', ['note_add', 'note-add'])).toBeUndefined();
  });
});

const Input = z.strictObject({
  path: z.string(),
  limit: z.int().max(100).optional(),
  deep: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  where: z.strictObject({ line: z.int() }).optional(),
});

describe('repairToolInput', () => {
  it('passes good arguments as they are', () => {
    expect(repairToolInput(Input, { path: 'a' })).toEqual({
      ok: true,
      input: { path: 'a' },
      plan: { path: 'a' },
      repaired: false,
    });
  });

  it.each([
    ['JSON text', '{"path": "a"}', { path: 'a' }],
    ['JSON text in JSON text', '"{\\"path\\": \\"a\\"}"', { path: 'a' }],
    ['a fenced block', '```json\n{"path": "a",}\n```', { path: 'a' }],
    ['a list as text', { path: 'a', tags: '["x"]' }, { path: 'a', tags: ['x'] }],
    ['an object as text', { path: 'a', where: '{"line": "3"}' }, { path: 'a', where: { line: 3 } }],
    [
      'a number and a boolean as text',
      { path: 'a', limit: '5', deep: 'true' },
      { path: 'a', limit: 5, deep: true },
    ],
    ['a number for text', { path: 7 }, { path: '7' }],
    ['null for what may be absent', { path: 'a', limit: null }, { path: 'a' }],
  ])('repairs %s', (_what, raw, input) => {
    expect(repairToolInput(Input, raw)).toEqual({ ok: true, input, plan: input, repaired: true });
  });

  it('takes no text as no arguments', () => {
    expect(repairToolInput(z.strictObject({}), '')).toEqual({
      ok: true,
      input: {},
      plan: {},
      repaired: true,
    });
  });

  it('keeps text that looks like JSON where text is wanted', () => {
    expect(repairToolInput(Input, { path: '{"a": 1}' })).toEqual({
      ok: true,
      input: { path: '{"a": 1}' },
      plan: { path: '{"a": 1}' },
      repaired: false,
    });
  });

  it('plans what the schema fills in and leaves out what it drops', () => {
    const schema = z.object({ path: z.string().trim(), deep: z.boolean().default(false) });
    expect(repairToolInput(schema, { path: ' a ', deeper: true })).toMatchObject({
      plan: { path: 'a', deep: false },
    });
  });

  it('plans what was said where the schema makes no JSON of it', () => {
    const schema = z.object({ at: z.string().transform((text) => new Date(text)) });
    const at = '2026-01-02T03:04:05Z';
    expect(repairToolInput(schema, `{"at": "${at}",}`)).toEqual({
      ok: true,
      input: { at: new Date(at) },
      plan: { at },
      repaired: true,
    });
  });

  it.each([
    ['arguments that were cut off', '{"path": "a.t', 'cut off'],
    ['a list for the arguments', ['a'], 'arguments: '],
    ['a missing field', {}, '- path: '],
    ['a field that does not exist', { path: 'a', limt: 3 }, 'limt'],
    ['a value out of range', { path: 'a', limit: 500 }, '- limit: '],
    ['a fraction for a whole number', { path: 'a', limit: '1.5' }, '- limit: '],
    ['text inside a list', { path: 'a', tags: [{}] }, '- tags.0: '],
  ])('says what is wrong with %s', (_what, raw, part) => {
    const result = repairToolInput(Input, raw);
    expect(result.ok ? '' : result.message).toContain(part);
  });

  it('bounds its message', () => {
    const result = repairToolInput(Input, { ['x'.repeat(100_000)]: 1, path: 3.5 });
    expect(result.ok ? 0 : result.message.length).toBeLessThan(6000);
    expect(result.ok).toBe(false);
  });
});
