import type { ConfigPath, Located, LocatedMember } from './located.ts';
import type { ConfigProblem } from './problem.ts';

/** `${NAME}`, `${NAME:-default}`; `$${NAME}` stays as text. */
const reference = /\$(\$\{[^}]*\})|\$\{([A-Z_][A-Z0-9_]*)(?::-([^}]*))?\}/g;
const wholeReference = /^\$\{([A-Z_][A-Z0-9_]*)(?::-([^}]*))?\}$/;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fills in variables. A value that is one reference and nothing else becomes the variable's text, or is left out with a warning
 * where it is not set; inside a longer text an unset variable without default is an error, because half an address is worse than none.
 */
export function substitute(
  root: Located,
  env: Environment,
): { root: Located; problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const fill = (located: Located, path: ConfigPath): Located | undefined => {
    switch (located.kind) {
      case 'array':
        return {
          ...located,
          items: located.items.flatMap((item, index) => fill(item, [...path, index]) ?? []),
        };
      case 'object': {
        const members = new Map<string, LocatedMember>();
        for (const [key, member] of located.members) {
          const value = fill(member.value, [...path, key]);
          if (value) members.set(key, { ...member, value });
        }
        return { ...located, members };
      }
      case 'scalar':
        return typeof located.value === 'string' && located.value.includes('${')
          ? fillText(located, { text: located.value, path, env, problems })
          : located;
    }
  };
  return { root: fill(root, []) ?? root, problems };
}

function fillText(
  located: Extract<Located, { kind: 'scalar' }>,
  at: { text: string; path: ConfigPath; env: Environment; problems: ConfigProblem[] },
): Located | undefined {
  const { text, path, env, problems } = at;
  const { origin } = located;
  const whole = wholeReference.exec(text);
  if (whole) {
    const [, name = '', fallback] = whole;
    const value = valueOf(env, name) ?? fallback;
    if (value !== undefined) return { ...located, value, text: value };
    const message = `the variable ${name} is not set; the key is left out`;
    problems.push({ severity: 'warning', path, message, origin });
    return undefined;
  }
  const value = text.replace(reference, (...found: readonly string[]) => {
    const [all = '', literal, name = '', fallback] = found;
    if (literal !== undefined) return literal;
    const known = valueOf(env, name) ?? fallback;
    const message = `the variable ${name} is not set; set it or write \${${name}:-default}`;
    if (known === undefined) problems.push({ severity: 'error', path, message, origin });
    return known ?? all;
  });
  return { ...located, value };
}

/** An empty variable counts as unset, as `:-` does in a shell. */
function valueOf(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}
