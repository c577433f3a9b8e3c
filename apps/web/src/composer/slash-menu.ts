import type { ResultOf } from '@cuttle/core-types/protocol';

export type Command = ResultOf<'commands.list'>['commands'][number];

/** The commands that fit what is typed so far; none once the name is complete and its arguments begin, or where the text is no command. */
export function matchCommands(commands: readonly Command[], draft: string): readonly Command[] {
  const typed = /^\/([a-z]*)$/i.exec(draft)?.[1]?.toLowerCase();
  if (typed === undefined) return [];
  const starts = commands.filter(({ name }) => name.startsWith(typed));
  const holds = commands.filter(({ name }) => !name.startsWith(typed) && name.includes(typed));
  return [...starts, ...holds];
}

/** The draft with `command` chosen: ready to send, or ready for its arguments. */
export function withCommand({ name, args }: Command): { text: string; complete: boolean } {
  const needsArgs = args !== '' && !args.startsWith('[');
  return { text: args === '' ? `/${name}` : `/${name} `, complete: !needsArgs && args === '' };
}
