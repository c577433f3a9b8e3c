import type { ControlRow, SessionRow } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import { readContextMeter } from '../context-meter.ts';
import type { Kernel } from '../kernel.ts';
import { placeMode } from '../queue-mode.ts';
import { agentSettings } from '../settings.ts';
import { stopDrafts } from '../stop-run.ts';
import { approveCommand } from './approve-command.ts';
import { modelCommand, queueCommand } from './choose-commands.ts';
import type { CommandEffect, CommandHandler } from './command-handler.ts';
import { type CommandName, type CommandRow, commandTable, usageOf } from './command-table.ts';
import { contextCommand, meterText } from './context-command.ts';
import { memoryCommand } from './memory-command.ts';
import { personaCommand, pinCommand, unpinCommand } from './order-commands.ts';
import { pairCommand } from './pair-command.ts';
import { findCommand, type ParsedCommand } from './parse-command.ts';
import { forkCommand, rewindCommand, sessionsCommand } from './session-commands.ts';
import { thinkCommand } from './think-command.ts';
import { toolsCommand } from './tools-command.ts';
import { usageCommand } from './usage-command.ts';
import { agentCommand, whoamiCommand } from './who-commands.ts';

/** Decides what a command says and does: whether this person may, whether its words are understood, and then what its handler says. */
export async function runCommand(
  kernel: Kernel,
  row: ControlRow,
  { row: command, args, rest }: ParsedCommand,
): Promise<CommandEffect> {
  const { name, risk } = command;
  const decision = authorise(row.principal, 'command.run', { kind: 'command', name, risk });
  if (decision.kind !== 'allow') return { reply: textFor('access.command', { command: name }) };
  if (name === 'compact') throw new TypeError('A summary is made in the queue, not at accept.');
  return (await handlers[name](kernel, row, { args, rest })) ?? { reply: usageText(command) };
}

const handlers: Readonly<Record<Exclude<CommandName, 'compact'>, CommandHandler>> = {
  // A platform's own link may bring a word along.
  start: async () => ({ reply: textFor('command.start') }),
  help: helpCommand,
  status: statusCommand,
  whoami: whoamiCommand,
  new: newCommand,
  reset: newCommand,
  stop: stopCommand,
  rewind: rewindCommand,
  fork: forkCommand,
  context: contextCommand,
  model: modelCommand,
  think: thinkCommand,
  usage: usageCommand,
  tools: toolsCommand,
  memory: memoryCommand,
  agent: agentCommand,
  sessions: sessionsCommand,
  queue: queueCommand,
  pin: pinCommand,
  unpin: unpinCommand,
  persona: personaCommand,
  approve: approveCommand,
  pair: pairCommand,
};

function usageText(command: CommandRow): string {
  const { description } = command;
  return textFor('command.usage', { usage: usageOf(command), description });
}

async function helpCommand(
  _kernel: Kernel,
  _row: ControlRow,
  { args }: Pick<ParsedCommand, 'args'>,
): Promise<CommandEffect | undefined> {
  const [wanted, ...more] = args;
  if (more.length > 0) return undefined;
  if (wanted === undefined) {
    const commands = commandTable.map((row) => `${usageOf(row)} – ${row.description}`).join('\n');
    return { reply: textFor('command.help', { commands }) };
  }
  const found = findCommand(wanted.replace(/^\//, ''));
  return { reply: found ? usageText(found) : textFor('command.unknown', { command: wanted }) };
}

async function newCommand(
  _kernel: Kernel,
  _row: ControlRow,
  { args }: Pick<ParsedCommand, 'args'>,
): Promise<CommandEffect | undefined> {
  // Words behind it would be lost with nobody told.
  return args.length > 0 ? undefined : { reply: textFor('command.new'), reset: true };
}

/** Whatever stands behind it: who wants to stop is not asked to write it in another way. */
async function stopCommand(kernel: Kernel, { sessionId }: ControlRow): Promise<CommandEffect> {
  const active = kernel.active.find(sessionId);
  const { queued, activeRunId } = await kernel.store.reader.readHistory({ sessionId, limit: 1 });
  const code = activeRunId === undefined ? 'command.nothing-to-stop' : 'command.stopped';
  return {
    reply: textFor(code, { cancelled: queued.length }),
    stop: await stopDrafts(kernel, active),
  };
}

async function statusCommand(
  kernel: Kernel,
  row: ControlRow,
  { args }: Pick<ParsedCommand, 'args'>,
): Promise<CommandEffect | undefined> {
  if (args.length > 0) return undefined;
  const { sessionKey, sessionId } = row;
  const { reader } = kernel.store;
  const session = await reader.findSession(sessionKey);
  const history = await reader.readHistory({ sessionId, limit: 1 });
  const subagents = await reader.listSubagents({ sessionId, open: true, limit: 1000 });
  const reply = textFor('command.status', {
    ...choicesIn(kernel, row, session),
    session: sessionKey,
    messages: session?.messages ?? 0,
    subagents: subagents.length,
    queued: history.queued.length,
    run: history.activeRunId ?? 'none',
    context: meterText(session && (await readContextMeter(kernel, session))),
  });
  return { reply };
}

/** What holds in a session: its own choices, else those of its place. */
function choicesIn(
  kernel: Kernel,
  { agentId, provenance: { accountId } }: ControlRow,
  session: SessionRow | undefined,
): Readonly<Record<'agent' | 'model' | 'thinking' | 'mode', string>> {
  const own = agentSettings(kernel.settings(), agentId);
  const { model, thinking, queueMode } = session ?? {};
  return {
    agent: own?.identity.name ?? agentId,
    model: model ?? own?.model ?? kernel.models().fallback().ref,
    thinking: thinking ?? own?.thinking ?? textFor('command.think-unset'),
    mode: queueMode ?? placeMode(kernel, { agentId, accountId }),
  };
}
