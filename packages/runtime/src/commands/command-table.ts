/**
 * The commands every door understands: the one table behind `/help`, the page's list, the menus of platforms and the reference.
 * They act at accept, before every queue; `compact` alone waits in it (`taskOf`).
 */
export const commandTable = [
  { name: 'start', args: '', description: 'Say hello', risk: 'read' },
  {
    name: 'help',
    args: '[command]',
    description: 'List the commands, or tell how one is written',
    risk: 'read',
  },
  { name: 'status', args: '', description: 'Show agent, model, session and queue', risk: 'read' },
  { name: 'whoami', args: '', description: 'Show who you are here, and your id', risk: 'read' },
  { name: 'new', args: '', description: 'Begin a new conversation', risk: 'write' },
  { name: 'reset', args: '', description: 'The same as /new', risk: 'write' },
  { name: 'stop', args: '', description: 'Stop the answer and drop what waits', risk: 'write' },
  {
    name: 'rewind',
    args: '[count]',
    description: 'Take back the last question, or several, with the answers',
    risk: 'write',
  },
  {
    name: 'fork',
    args: '[title]',
    description: 'Go on in a new session that begins with all of this one',
    risk: 'owner',
  },
  {
    name: 'compact',
    args: '[instructions]',
    description: 'Summarise what was said, so that there is room',
    risk: 'write',
  },
  {
    name: 'context',
    args: '',
    description: 'Show what the model is told, and how much room is left',
    risk: 'read',
  },
  {
    name: 'model',
    args: '[provider/model | default]',
    description: 'Show or choose the model of this session',
    risk: 'write',
  },
  {
    name: 'think',
    args: '[off | minimal | low | medium | high | max | default]',
    description: 'Show or choose how much the model thinks here',
    risk: 'write',
  },
  {
    name: 'usage',
    args: '[days]',
    description: 'Show what this session used and what it cost',
    risk: 'read',
  },
  {
    name: 'tools',
    args: '[tool]',
    description: 'List the tools the agent has here, or describe one',
    risk: 'read',
  },
  {
    name: 'memory',
    args: '[words]',
    description: 'Show what is remembered of you, or search in it',
    risk: 'read',
  },
  { name: 'agent', args: '', description: 'Show which agent answers here', risk: 'read' },
  {
    name: 'sessions',
    args: '[words]',
    description: 'List the newest sessions, or find some',
    risk: 'owner',
  },
  {
    name: 'queue',
    args: '[followup | steer | collect | interrupt | default]',
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
  {
    name: 'pair',
    args: '[code | deny code]',
    description: 'Show who asks to be let in; let somebody in, or refuse them',
    risk: 'owner',
  },
] as const;

export type CommandName = (typeof commandTable)[number]['name'];
export type CommandRow = (typeof commandTable)[number];

/** A row as a person writes it: `/queue [mode]`. */
export function usageOf({ name, args }: CommandRow): string {
  return args === '' ? `/${name}` : `/${name} ${args}`;
}
