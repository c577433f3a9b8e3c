import type { z } from 'zod';

/**
 * Says what zod found in the words of the service, all faults at once, for example `1 validation error detected: Value
 * 'a b' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression
 * pattern: [a-zA-Z0-9_-]+`. The words for an unknown field and for a union are ours: the service drops the first, and its
 * words for the second are not public.
 */
export function toSchemaMessage(error: z.ZodError, body: unknown): string {
  const faults = error.issues.flatMap((issue) => faultsOf(issue, body));
  const head = `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected`;
  return `${head}: ${faults.join('; ')}`;
}

function faultsOf(issue: z.core.$ZodIssue, body: unknown): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `Unknown field at '${toPath([...issue.path, key])}'`);
  }
  const value = issue.path.reduce(childOf, body);
  const shown = value === undefined ? 'null' : `'${shortOf(value)}'`;
  const constraint = value === undefined ? 'Member must not be null' : constraintOf(issue, value);
  return [`Value ${shown} at '${toPath(issue.path)}' failed to satisfy constraint: ${constraint}`];
}

/** Members of a list are counted from 1. */
function toPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `${key + 1}.member` : String(key))).join('.');
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function shortOf(value: unknown): string {
  const words = typeof value === 'string' ? value : JSON.stringify(value);
  return words.length > 200 ? `${words.slice(0, 200)}...` : words;
}

function constraintOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${jsonTypeOf(value)} can not be converted to ${issue.expected}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `Member must satisfy regular expression pattern: ${patternOf(issue.pattern)}`
        : 'Member must be base64';
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'too_small':
      return `Member must have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`;
    case 'custom':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return issue.message;
  }
}

function measureOf(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'length' : 'value';
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'START_ARRAY';
  return value === null ? 'VALUE_NULL' : `${typeof value}_VALUE`.toUpperCase();
}

/** Theirs match whole values without saying so. */
function patternOf(pattern: string | undefined): string {
  return (pattern ?? '').replace(/^\/\^?(.*?)\$?\/[a-z]*$/s, '$1');
}
