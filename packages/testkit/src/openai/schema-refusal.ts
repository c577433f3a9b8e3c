import type { z } from 'zod';
import type { Refusal } from './refusal.ts';

/** Says what zod found in the words of the service, with its `param` and `code`. */
export function toSchemaRefusal(error: z.ZodError, body: unknown): Refusal {
  const [issue] = error.issues;
  if (issue === undefined) throw new TypeError('A ZodError without issues');
  const { path, issue: deepest } = toDeepest(issue);
  if (deepest.code === 'unrecognized_keys') return unknownKey([...path, deepest.keys[0] ?? '']);
  const value = path.reduce(childOf, body);
  return refusalOf(deepest, { param: toParam(path), value });
}

interface Finding {
  readonly path: readonly PropertyKey[];
  readonly issue: z.core.$ZodIssue;
}

/** Of the branches of a union, the one that got furthest is the one that was meant. */
function toDeepest(issue: z.core.$ZodIssue, base: readonly PropertyKey[] = []): Finding {
  const path = [...base, ...issue.path];
  if (issue.code !== 'invalid_union') return { path, issue };
  let best: Finding = { path, issue };
  for (const branch of issue.errors) {
    const [first] = branch;
    if (first === undefined) continue;
    const finding = toDeepest(first, path);
    if (isCloser(finding, best)) best = finding;
  }
  return best;
}

/** A complaint of the same depth that is not about the type is from the branch of the right type. */
function isCloser(finding: Finding, best: Finding): boolean {
  if (finding.path.length !== best.path.length) return finding.path.length > best.path.length;
  return best.issue.code === 'invalid_union' && finding.issue.code !== 'invalid_type';
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** `messages[0].content[1].text` */
function toParam(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function unknownKey(path: readonly PropertyKey[]): Refusal {
  const param = toParam(path);
  return path.length === 1
    ? { message: `Unrecognized request argument supplied: ${param}`, param: null, code: null }
    : { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' };
}

interface Spot {
  readonly param: string;
  readonly value: unknown;
}

function refusalOf(issue: z.core.$ZodIssue, { param, value }: Spot): Refusal {
  if (value === undefined) {
    const message = `Missing required parameter: '${param}'.`;
    return { message, param, code: 'missing_required_parameter' };
  }
  switch (issue.code) {
    case 'too_big':
      return tooBig(issue, { param, value });
    case 'too_small':
      return tooSmall(issue, { param, value });
    case 'invalid_format':
      return {
        message: `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${patternSource(issue)}'.`,
        param,
        code: 'invalid_value',
      };
    case 'invalid_value':
      return invalidValue(issue.values, { param, value });
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? invalidValue(issue.options, { param, value })
        : invalidType(unionNames(issue), { param, value });
    case 'invalid_type':
      return invalidType(typeName(issue.expected), { param, value });
    case 'unrecognized_keys':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return { message: `Invalid '${param}': ${issue.message}`, param, code: 'invalid_value' };
  }
}

function invalidType(expected: string, { param, value }: Spot): Refusal {
  const got = value === null ? 'null' : typeName(Array.isArray(value) ? 'array' : typeof value);
  return {
    message: `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`,
    param,
    code: 'invalid_type',
  };
}

function invalidValue(values: readonly unknown[], { param, value }: Spot): Refusal {
  const names = values.map((entry) => `'${String(entry)}'`);
  const list =
    names.length < 2
      ? names.join('')
      : `${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} and ${names.at(-1)}`;
  return {
    message: `Invalid value: '${String(value)}'. Supported values are: ${list}.`,
    param,
    code: 'invalid_value',
  };
}

function tooBig(issue: z.core.$ZodIssueTooBig, { param, value }: Spot): Refusal {
  const { maximum, origin } = issue;
  if (origin === 'string' || origin === 'array') {
    const unit = `${origin === 'string' ? 'a string' : 'an array'} with`;
    return {
      message: `Invalid '${param}': ${origin} too long. Expected ${unit} maximum length ${maximum}, but got ${unit} length ${lengthOf(value)} instead.`,
      param,
      code: `${origin}_above_max_length`,
    };
  }
  const kind = numberKind(value);
  return {
    message: `Invalid '${param}': ${kind} above maximum value. Expected a value <= ${maximum}, but got ${String(value)} instead.`,
    param,
    code: `${kind}_above_max_value`,
  };
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, { param, value }: Spot): Refusal {
  const { minimum, origin } = issue;
  if (origin === 'string' || origin === 'array') {
    const unit = origin === 'string' ? 'a string' : 'an array';
    const empty = origin === 'string' ? 'an empty string' : 'an empty array';
    return {
      message: `Invalid '${param}': empty ${origin}. Expected ${unit} with minimum length ${minimum}, but got ${empty} instead.`,
      param,
      code: `empty_${origin}`,
    };
  }
  const kind = numberKind(value);
  return {
    message: `Invalid '${param}': ${kind} below minimum value. Expected a value >= ${minimum}, but got ${String(value)} instead.`,
    param,
    code: `${kind}_below_min_value`,
  };
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}

function numberKind(value: unknown): 'integer' | 'decimal' {
  return Number.isInteger(value) ? 'integer' : 'decimal';
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a string',
    number: 'a decimal',
    int: 'an integer',
    boolean: 'a boolean',
    array: 'an array of objects',
    object: 'an object',
    record: 'an object',
  };
  return names[expected] ?? expected;
}

function unionNames(issue: z.core.$ZodIssueInvalidUnion): string {
  const names = issue.errors.flatMap(([first]) =>
    first?.code === 'invalid_type' ? [typeName(first.expected).replace(/^an? /, '')] : [],
  );
  return `one of a ${names.join(' or ')}`;
}

function patternSource(issue: z.core.$ZodIssueInvalidStringFormat): string {
  return (issue.pattern ?? '').replace(/^\/(.*)\/[a-z]*$/s, '$1');
}
