import type { Json } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';
import { z } from 'zod';
import { parseLenient } from './parse-lenient.ts';

/**
 * The offered tool that a model surely meant, or `undefined`. Repaired: letter case and separators, a namespace before
 * the name (`functions.note_add`), another order of its words (`readFile`), a plural, one letter too many, too few or swapped.
 * Never a replaced letter, which would turn `memory_set` into `memory_get`; never one of several candidates.
 */
export function repairToolName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return name;
  if (name.length > maxNameChars) return undefined;
  const bare = name.slice(Math.max(...['.', ':', '/', '__'].map((mark) => afterLast(name, mark))));
  return (
    only(names, (known) => squash(known) === squash(name)) ??
    only(names, (known) => squash(known) === squash(bare)) ??
    only(names, (known) => wordsOf(known) === wordsOf(bare)) ??
    only(names, (known) => isSlip(squash(known), squash(bare)))
  );
}

export type RepairedInput =
  | {
      readonly ok: true;
      /** What the schema made of the arguments: the tool runs with this. */
      readonly input: unknown;
      /** The same as JSON: what is shown, hashed and approved. Where the schema makes something else than JSON, what it was made of. */
      readonly plan: Json;
      readonly repaired: boolean;
    }
  | { readonly ok: false; readonly message: string };

/**
 * A model's arguments as the tool's schema wants them, or a message that tells the model what to mend. Repaired: arguments
 * that came as JSON text (see `parseLenient`), a field whose object, list, number or boolean came as text, a number where
 * text is wanted, `null` for a field that may be absent. The meaning is never guessed.
 */
export function repairToolInput(input: z.ZodType, raw: Json): RepairedInput {
  const first = input.safeParse(raw);
  if (first.success) return toRepaired(first.data, raw, { repaired: false });
  const read = typeof raw === 'string' ? readText(raw) : raw;
  if (read === undefined) return { ok: false, message: textFor('tool.arguments-unreadable') };
  const { mended, result } = mendFields(input, read);
  if (result.success) return toRepaired(result.data, mended, { repaired: true });
  return { ok: false, message: explain(input, result.error) };
}

function toRepaired(
  input: unknown,
  said: Json,
  { repaired }: { repaired: boolean },
): Extract<RepairedInput, { ok: true }> {
  return { ok: true, input, plan: toJson(input, 0) ?? said, repaired };
}

/** A value as JSON, or `undefined` where it is something else, such as a `Date`. Fields that are absent stay so. */
function toJson(value: unknown, depth: number): Json | undefined {
  if (depth > maxDepth) return undefined;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => toJson(item, depth + 1));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (typeof value !== 'object' || !isPlain(value)) return undefined;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => [name, toJson(field, depth + 1)] as const);
  return hasAll(fields) ? Object.fromEntries(fields) : undefined;
}

function hasAll(
  fields: readonly (readonly [string, Json | undefined])[],
): fields is readonly (readonly [string, Json])[] {
  return fields.every(([, field]) => field !== undefined);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const maxNameChars = 128;
const maxDepth = 100;

function afterLast(text: string, mark: string): number {
  const at = text.lastIndexOf(mark);
  return at < 0 ? 0 : at + mark.length;
}

function only(names: readonly string[], matches: (known: string) => boolean): string | undefined {
  const found = names.filter(matches);
  return found.length === 1 ? found[0] : undefined;
}

function squash(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words
    .map((word) => word.replace(/(?<=\w{3})s$/, ''))
    .toSorted()
    .join(' ');
}

/** One letter inserted, left out, or two neighbours swapped. */
function isSlip(known: string, said: string): boolean {
  if (Math.min(known.length, said.length) < 5) return false;
  let start = 0;
  while (start < known.length && known[start] === said[start]) start += 1;
  const rest = known.slice(start);
  const saidRest = said.slice(start);
  if (rest.slice(1) === saidRest || rest === saidRest.slice(1)) return true;
  const swapped = `${rest[1] ?? ''}${rest[0] ?? ''}${rest.slice(2)}`;
  return rest.length > 1 && swapped === saidRest;
}

/** Arguments that came as text. No text at all is a call without arguments; text within text is unwrapped once. */
function readText(text: string): Json | undefined {
  if (text.trim() === '') return {};
  const value = parseLenient(text);
  return typeof value === 'string' ? parseLenient(value) : value;
}

/** Each round mends the fields that the schema names; a mended object may show further ones inside. */
function mendFields(
  input: z.ZodType,
  value: Json,
): { readonly mended: Json; readonly result: z.ZodSafeParseResult<unknown> } {
  let mended = value;
  let result = input.safeParse(mended);
  for (let round = 0; round < 4 && !result.success; round += 1) {
    const before = mended;
    for (const issue of result.error.issues.slice(0, 20))
      mended = mendAt(mended, issue.path, issue);
    if (mended === before) break;
    result = input.safeParse(mended);
  }
  return { mended, result };
}

function mendAt(value: Json, path: readonly PropertyKey[], issue: z.core.$ZodIssue): Json {
  const [key, ...rest] = path;
  if (key === undefined) return mendValue(value, issue);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const index = Number(key);
    return value.map((item, at) => (at === index ? mendAt(item, rest, issue) : item));
  }
  const name = String(key);
  const field = Object.hasOwn(value, name) ? value[name] : undefined;
  if (field === undefined) return value;
  const others = Object.entries(value).filter(([other]) => other !== name);
  if (field === null && rest.length === 0) return Object.fromEntries(others);
  const mended = mendAt(field, rest, issue);
  return mended === field ? value : Object.fromEntries([...others, [name, mended]]);
}

function mendValue(value: Json, issue: z.core.$ZodIssue): Json {
  if (issue.code !== 'invalid_type') return value;
  if (typeof value === 'number')
    return issue.expected === 'string' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof value !== 'string') return value;
  const read = parseLenient(value);
  return read !== undefined && isOf(issue.expected, read) ? read : value;
}

function isOf(expected: string, value: Json): boolean {
  if (expected === 'array') return Array.isArray(value);
  if (expected === 'object' || expected === 'record')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (expected === 'int') return Number.isSafeInteger(value);
  return (expected === 'number' || expected === 'boolean') && typeof value === expected;
}

function explain(input: z.ZodType, error: z.ZodError): string {
  const problems = error.issues.slice(0, 10).map((issue) => {
    const field = issue.path.map(String).join('.') || 'arguments';
    return `- ${field.slice(0, 100)}: ${issue.message.slice(0, 300)}`;
  });
  const schema = JSON.stringify(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }));
  return textFor('tool.arguments-invalid', {
    problems: problems.join('\n'),
    schema: schema.slice(0, 2000),
  });
}
