import { type CommandRow, commandTable } from './command-table.ts';

export interface ParsedCommand {
  readonly row: CommandRow;
  readonly args: readonly string[];
  /** What stands behind the name, as it was written. */
  readonly rest: string;
}

/** A message that is one of our commands. Anything else that begins with a slash is an ordinary message (`/etc/hosts`). */
export function parseCommand(text: string): ParsedCommand | undefined {
  const match = /^\/([a-z]+)(?:@\w+)?(?:\s+([\s\S]*))?$/i.exec(text.trim());
  if (!match) return undefined;
  const row = findCommand(match[1] ?? '');
  if (!row) return undefined;
  const rest = match[2] ?? '';
  return { row, rest, args: rest.split(/\s+/).filter((word) => word !== '') };
}

export function findCommand(name: string): CommandRow | undefined {
  return commandTable.find((row) => row.name === name.toLowerCase());
}
