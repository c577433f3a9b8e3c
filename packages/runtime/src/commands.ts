/** The commands every door understands. They act at accept, before every queue; `compact` alone waits in it (`taskOf`). */
export const commandTable = [
  { name: 'start', args: '', description: 'Say hello', risk: 'read' },
  { name: 'help', args: '', description: 'List the commands', risk: 'read' },
  { name: 'status', args: '', description: 'Show agent, model, session and queue', risk: 'read' },
  { name: 'new', args: '', description: 'Begin a new conversation', risk: 'write' },
  { name: 'reset', args: '', description: 'The same as /new', risk: 'write' },
  { name: 'stop', args: '', description: 'Stop the answer and drop what waits', risk: 'write' },
  {
    name: 'compact',
    args: '[instructions]',
    description: 'Summarise what was said, so that there is room',
    risk: 'write',
  },
  {
    name: 'model',
    args: '[provider/model]',
    description: 'Show or choose the model of this session',
    risk: 'write',
  },
  {
    name: 'queue',
    args: '[mode]',
    description: 'What happens to messages during an answer',
    risk: 'write',
  },
  {
    name: 'pin',
    args: '[--all] <text> | list',
    description: 'Pin a standing order here, or for all sessions; show them',
    risk: 'owner',
  },
  { name: 'unpin', args: '<number>', description: 'Take a standing order down', risk: 'owner' },
  {
    name: 'persona',
    args: '[words | default]',
    description: 'Show or choose the persona of this session',
    risk: 'write',
  },
  {
    name: 'approve',
    args: '[id] [deny]',
    description: 'Let a waiting tool call run, or deny it',
    risk: 'write',
  },
] as const;

export type CommandName = (typeof commandTable)[number]['name'];
export type CommandRow = (typeof commandTable)[number];
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
  const name = match[1]?.toLowerCase();
  const row = commandTable.find((candidate) => candidate.name === name);
  if (!row) return undefined;
  const rest = match[2] ?? '';
  return { row, rest, args: rest.split(/\s+/).filter((word) => word !== '') };
}
