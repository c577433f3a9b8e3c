import type { CommandFact } from '@cuttle/core-types/ports';

/** A command that was typed, on platforms that mark none: a word behind a slash at the beginning, and not a path. */
export function findCommand(text: string): CommandFact | undefined {
  const match = /^\/(\w[\w-]{0,63})(?:\s+([\s\S]*))?$/.exec(text);
  if (match === null) return undefined;
  const [, name = '', args = ''] = match;
  return { name: name.toLowerCase(), args: args.trim() };
}
