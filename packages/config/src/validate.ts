import type { z } from 'zod';
import { readLooseValue } from './env-overrides.ts';
import {
  type ConfigPath,
  findLocated,
  type Located,
  originOf,
  toPlain,
  withValue,
} from './located.ts';
import type { ConfigProblem } from './problem.ts';

type Checked<Value> =
  | { readonly ok: true; readonly value: Value; readonly root: Located }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

// zod writes a program for each object that it parses, which pays for what comes often. A start parses this once: it was a fifth of it.
const parsedOnce = { jitless: true };

/**
 * What the schema makes of a configuration, or why it refuses it. A value that came as text from the environment is
 * tried as the other type where its first reading does not fit: variables have no types.
 */
export function validate<Schema extends z.ZodType>(
  root: Located,
  schema: Schema,
): Checked<z.output<Schema>> {
  const first = schema.safeParse(toPlain(root), parsedOnce);
  if (first.success) return { ok: true, value: first.data, root };
  const retyped = retype(root, first.error.issues);
  const second = retyped === root ? first : schema.safeParse(toPlain(retyped), parsedOnce);
  if (second.success) return { ok: true, value: second.data, root: retyped };
  const problems = flatten(second.error.issues, []).map(({ path, message }) => ({
    severity: 'error' as const,
    path,
    message,
    origin: originOf(root, path),
  }));
  return { ok: false, problems };
}

function retype(root: Located, issues: readonly z.core.$ZodIssue[]): Located {
  return issues.reduce((tree, issue) => {
    const path = toConfigPath(issue.path);
    const here = findLocated(tree, path);
    if (here?.kind !== 'scalar' || here.text === undefined) return tree;
    const other = typeof here.value === 'string' ? readLooseValue(here.text) : here.text;
    return withValue(tree, path, { ...here, value: other });
  }, root);
}

interface Fault {
  readonly path: ConfigPath;
  readonly message: string;
}

/** A union's own message says nothing; its nearest alternative does. */
function flatten(issues: readonly z.core.$ZodIssue[], base: ConfigPath): readonly Fault[] {
  return issues.flatMap((issue): readonly Fault[] => {
    const path = [...base, ...toConfigPath(issue.path)];
    if (issue.code === 'invalid_union' && issue.errors[0]) return flatten(issue.errors[0], path);
    if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message }));
    return [{ path, message: issue.message }];
  });
}

function toConfigPath(path: readonly PropertyKey[]): ConfigPath {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}
