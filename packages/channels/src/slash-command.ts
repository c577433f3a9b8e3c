import type { CommandFact } from '@cuttle/core-types/ports';

/** For platforms that mark no commands: a word behind a slash at the beginning, and not a path. */
export function findCommand(text: string): CommandFact | undefined {
  const match = /^\/([a-z0-9_]{1,64})(?:\s+([\s\S]*))?$/i.exec(text);
  if (match === null) return undefined;
  const [, name = '', args = ''] = match;
  return { name: name.toLowerCase(), args: args.trim() };
}
