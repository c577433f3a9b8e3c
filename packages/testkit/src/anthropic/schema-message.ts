import type { z } from 'zod';

/**
 * Says what zod found in the words of the service, for example
 * `messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`:
 * the path with the tag of each union that it passes, then the complaint.
 */
export function toSchemaMessage(error: z.ZodError, body: unknown): string {
  const [issue] = error.issues;
  if (issue === undefined) throw new TypeError('A ZodError without issues');
  const { path, issue: deepest } = toDeepest(issue);
  const extra = deepest.code === 'unrecognized_keys' ? deepest.keys.slice(0, 1) : [];
  const value = path.reduce(childOf, body);
  // An unknown tag is said of the block, not of its field.
  const isTag = deepest.code === 'invalid_union' && deepest.discriminator !== undefined;
  const named = isTag ? path.slice(0, -1) : [...path, ...extra];
  return `${toPath(named, body)}: ${toComplaint(deepest, value)}`;
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
    if (finding.path.length > best.path.length) best = finding;
  }
  return best;
}

/** Keys whose value is a union that the service names by its tag. */
const taggedKeys = new Set<PropertyKey>(['source', 'thinking', 'tool_choice']);
const taggedLists = new Set<PropertyKey>(['content', 'tools']);

function toPath(path: readonly PropertyKey[], body: unknown): string {
  const words: string[] = [];
  let value = body;
  for (const [index, key] of path.entries()) {
    words.push(String(key));
    value = childOf(value, key);
    const parent = path[index - 1];
    const inList = typeof key === 'number' && parent !== undefined && taggedLists.has(parent);
    if (index === path.length - 1 || !(inList || taggedKeys.has(key))) continue;
    const tag = childOf(value, 'type');
    if (typeof tag === 'string') words.push(tag);
    else if (parent === 'tools') words.push('custom');
  }
  return words.join('.');
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function toComplaint(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code !== 'unrecognized_keys') return 'Field required';
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'Extra inputs are not permitted';
    case 'invalid_type':
      return `Input should be a valid ${pydanticName(issue.expected)}`;
    case 'invalid_value':
      return `Input should be ${orList(issue.values.map((entry) => `'${String(entry)}'`))}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `String should match pattern '${patternSource(issue.pattern)}'`
        : 'Input should be valid base64';
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return issue.origin === 'string'
        ? `String should have at most ${issue.maximum} characters`
        : `Input should be less than or equal to ${issue.maximum}`;
    case 'invalid_union':
      return unionComplaint(issue, value);
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin !== 'string') return `Input should be greater than or equal to ${issue.minimum}`;
  return `String should have at least ${issue.minimum} character${issue.minimum === 1 ? '' : 's'}`;
}

/** Either the tag is none of ours, or the value is of none of the union's types. */
function unionComplaint(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const { discriminator } = issue;
  if (discriminator === undefined) {
    const first = issue.errors[0]?.[0];
    return first === undefined ? issue.message : toComplaint(first, value);
  }
  const tags = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  const expected = tags.map((tag) => `'${String(tag)}'`).join(', ');
  return `Input tag '${String(value)}' found using '${discriminator}' does not match any of the expected tags: ${expected}`;
}

function pydanticName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'dictionary',
    record: 'dictionary',
    array: 'list',
    int: 'integer',
  };
  return names[expected] ?? expected;
}

function patternSource(pattern: string | undefined): string {
  return (pattern ?? '').replace(/^\/(.*)\/[a-z]*$/s, '$1');
}

function orList(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
