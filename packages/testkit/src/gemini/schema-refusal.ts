import type { z } from 'zod';
import { toFieldPath } from './field-names.ts';
import { badField, type Refusal } from './refusal.ts';

/** Says what zod found in the words of Google's front end. The first fault is named; the service names all. */
export function toSchemaRefusal(error: z.ZodError, body: unknown): Refusal {
  const [issue] = error.issues;
  if (issue === undefined) throw new TypeError('A ZodError without issues');
  if (issue.code === 'unrecognized_keys') return unknownName(issue.path, issue.keys[0] ?? '');
  const field = toFieldPath(issue.path);
  const value = issue.path.reduce(childOf, body);
  if (Array.isArray(value) && issue.code === 'invalid_type' && issue.expected !== 'array') {
    const [parent, name] = [issue.path.slice(0, -1), String(issue.path.at(-1))];
    const place = toFieldPath(parent);
    const at = place === '' ? '' : ` at '${place}'`;
    return badField(
      place,
      `Invalid JSON payload received. Unknown name "${name}"${at}: Proto field is not repeating, cannot start list.`,
    );
  }
  return badField(
    field,
    `Invalid value at '${field}' (${typeName(issue)}), ${JSON.stringify(value)}`,
  );
}

function unknownName(path: readonly PropertyKey[], name: string): Refusal {
  const field = toFieldPath(path);
  const at = field === '' ? '' : ` at '${field}'`;
  return badField(
    field,
    `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`,
  );
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

const packageName = 'type.googleapis.com/google.ai.generativelanguage.v1beta';

function typeName(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const names: Readonly<Record<string, string>> = {
      string: 'TYPE_STRING',
      boolean: 'TYPE_BOOL',
      int: 'TYPE_INT32',
      number: 'TYPE_FLOAT',
    };
    return names[issue.expected] ?? packageName;
  }
  if (issue.code === 'too_big' || issue.code === 'too_small') return 'TYPE_INT32';
  const name = String(issue.path.at(-1));
  return `${packageName}.${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
