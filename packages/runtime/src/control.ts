import { noUsage, QueueMode } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { CommandInput, ControlRow, Journal } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import { type CommandName, commandTable, type ParsedCommand, parseCommand } from './commands.ts';
import { type ContextMeter, readContextMeter } from './context-meter.ts';
import type { Kernel } from './kernel.ts';
import { personaCommand, pinCommand, unpinCommand } from './order-commands.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { agentSettings } from './settings.ts';
import { afterStop, stopDrafts } from './stop-run.ts';

export type { ControlRow };

/** What a command says and does; it is committed together with its inbound's fate. */
type Effect = Omit<CommandInput, 'inboundId' | 'outbound'>;
type Handler = (kernel: Kernel, row: ControlRow, args: readonly string[]) => Promise<Effect>;

/** Does what an accepted command asks, past every queue. Run again after a crash, it settles nothing twice. */
export async function runControl(kernel: Kernel, row: ControlRow): Promise<string> {
  const parsed = parseCommand(row.text);
  const effect = parsed
    ? await perform(kernel, row, parsed)
    : { reply: textFor('command.unknown', { command: row.text }) };
  const result = await settle(kernel, row, effect);
  if (result.stale === undefined) return finish(kernel, { row, effect, result });
  // The approval ended between our look and the commit: say so instead.
  const late: Effect = { reply: textFor('approval.stale', { state: result.stale }) };
  return finish(kernel, { row, effect: late, result: await settle(kernel, row, late) });
}

type CommandResult = Awaited<ReturnType<Journal['settleCommand']>>;

async function settle(kernel: Kernel, row: ControlRow, effect: Effect): Promise<CommandResult> {
  const { conversation, inboundId, route } = row;
  // At start nothing is connected yet, and what a command says is committed with what it does.
  const channel =
    conversation && kernel.findRenderer({ accountId: conversation.accountId, door: route.door });
  const answer = { text: effect.reply, notice: 'command' };
  const outbound = channel
    ? noticeDrafts(kernel, {
        channel,
        conversation,
        origin: `notice:${inboundId}`,
        answer,
      })
    : [];
  kernel.point('command.before.commit');
  const result = await kernel.store.journal.settleCommand({ inboundId, ...effect, outbound });
  kernel.point('command.after.commit');
  return result;
}

async function finish(
  kernel: Kernel,
  { row, effect, result }: { row: ControlRow; effect: Effect; result: CommandResult },
): Promise<string> {
  const { sessionId, sessionKey, inboundId } = row;
  const settled = { ...result, inbounds: result.inbounds.filter((id) => id !== inboundId) };
  await afterStop(kernel, { sessionId, sessionKey, aborted: result.aborted, by: 'user', settled });
  // An approval may have been decided from another place than where its run waits.
  for (const event of result.events) kernel.sessions.wake(event.sessionId);
  const eventSeq = result.events.at(-1)?.seq;
  const kind = effect.reset ? 'reset' : 'command';
  kernel.hub.publishSession({
    sessionId,
    sessionKey,
    kind,
    eventSeq,
    inboundId,
    text: effect.reply,
  });
  kernel.fates.settle({
    inboundId,
    runId: undefined,
    state: 'answered',
    text: effect.reply,
    reason: 'command',
    clientCalls: [],
    usage: noUsage,
    model: undefined,
  });
  return effect.reply;
}

async function perform(
  kernel: Kernel,
  row: ControlRow,
  { row: { name, risk }, args }: ParsedCommand,
): Promise<Effect> {
  const decision = authorise(row.principal, 'command.run', { kind: 'command', name, risk });
  if (decision.kind !== 'allow') return { reply: textFor('access.command', { command: name }) };
  if (name === 'compact') throw new TypeError('A summary is made in the queue, not at accept.');
  return handlers[name](kernel, row, args);
}

const handlers: Readonly<Record<Exclude<CommandName, 'compact'>, Handler>> = {
  start: async () => ({ reply: textFor('command.start') }),
  help: async () => ({
    reply: textFor('command.help', { commands: commandTable.map(describe).join('\n') }),
  }),
  status: async (kernel, row) => ({ reply: await statusText(kernel, row) }),
  new: async () => ({ reply: textFor('command.new'), reset: true }),
  reset: async () => ({ reply: textFor('command.new'), reset: true }),
  stop: stopCommand,
  model: modelCommand,
  queue: queueCommand,
  pin: pinCommand,
  unpin: unpinCommand,
  persona: personaCommand,
  approve: approveCommand,
};

function describe({ name, args, description }: (typeof commandTable)[number]): string {
  return `/${name}${args === '' ? '' : ` ${args}`} – ${description}`;
}

async function statusText(
  kernel: Kernel,
  { sessionKey, sessionId, agentId }: ControlRow,
): Promise<string> {
  const session = await kernel.store.reader.findSession(sessionKey);
  const history = await kernel.store.reader.readHistory({ sessionId, limit: 1 });
  const open = { sessionId, open: true, limit: 1000 };
  const subagents = await kernel.store.reader.listSubagents(open);
  const agent = agentSettings(kernel.settings(), agentId);
  return textFor('command.status', {
    agent: agent?.identity.name ?? agentId,
    model: session?.model ?? agent?.model ?? kernel.models().fallback().ref,
    session: sessionKey,
    messages: session?.messages ?? 0,
    subagents: subagents.length,
    queued: history.queued.length,
    run: history.activeRunId ?? 'none',
    context: meterText(session && (await readContextMeter(kernel, session))),
  });
}

function meterText(meter: ContextMeter | undefined): string {
  if (!meter) return textFor('context.unused');
  const { tokens, window } = meter;
  if (window === undefined) return textFor('context.tokens', { tokens });
  const percent = Math.round((tokens / window) * 100);
  return textFor('context.meter', { tokens, window, percent });
}

async function stopCommand(kernel: Kernel, { sessionId }: ControlRow): Promise<Effect> {
  const active = kernel.active.find(sessionId);
  const { queued, activeRunId } = await kernel.store.reader.readHistory({ sessionId, limit: 1 });
  const code = activeRunId === undefined ? 'command.nothing-to-stop' : 'command.stopped';
  return {
    reply: textFor(code, { cancelled: queued.length }),
    stop: await stopDrafts(kernel, active),
  };
}

async function modelCommand(
  kernel: Kernel,
  row: ControlRow,
  [wanted]: readonly string[],
): Promise<Effect> {
  const models = kernel.models();
  if (wanted === undefined) {
    const session = await kernel.store.reader.findSession(row.sessionKey);
    const agent = agentSettings(kernel.settings(), row.agentId);
    return {
      reply: textFor('command.model', {
        model: session?.model ?? agent?.model ?? models.fallback().ref,
      }),
    };
  }
  if (wanted === 'default')
    return { reply: textFor('command.model-set', { model: models.fallback().ref }), model: null };
  try {
    const { ref } = models.resolve(wanted);
    return { reply: textFor('command.model-set', { model: ref }), model: ref };
  } catch (error) {
    if (!isCuttleError(error, 'model.unknown')) throw error;
    return {
      reply: textFor('command.model-unknown', { model: wanted, models: models.list().join(', ') }),
    };
  }
}

async function queueCommand(
  kernel: Kernel,
  row: ControlRow,
  [wanted]: readonly string[],
): Promise<Effect> {
  const mode = QueueMode.safeParse(wanted);
  if (mode.success)
    return { reply: textFor('command.queue-set', { mode: mode.data }), queueMode: mode.data };
  const session = await kernel.store.reader.findSession(row.sessionKey);
  const agent = agentSettings(kernel.settings(), row.agentId);
  const reply = textFor('command.queue', {
    mode: session?.queueMode ?? agent?.queueMode ?? 'followup',
  });
  const { queued } = await kernel.store.reader.readHistory({ sessionId: row.sessionId, limit: 1 });
  return { reply: queued.length === 0 ? reply : `${reply}\n${waitingText(queued)}` };
}

const mostWaitingShown = 10;
const mostWaitingChars = 80;

/** What waits behind the answer, in the order in which it will have its turn. */
function waitingText(queued: readonly { readonly text: string }[]): string {
  const lines = queued
    .slice(0, mostWaitingShown)
    .map(({ text }, at) => `${at + 1}. ${beginningOf(text)}`);
  const more = queued.length > lines.length ? ['…'] : [];
  const messages = [...lines, ...more].join('\n');
  return textFor('command.queue-waiting', { count: queued.length, messages });
}

function beginningOf(text: string): string {
  const [line = ''] = text.trim().split('\n', 1);
  const beginning = line.slice(0, mostWaitingChars).toWellFormed();
  return beginning === text ? text : `${beginning} …`;
}

async function approveCommand(
  kernel: Kernel,
  row: ControlRow,
  args: readonly string[],
): Promise<Effect> {
  const denies = args.includes('deny') || args.includes('no');
  const id = args.find((word) => word !== 'deny' && word !== 'no');
  const waiting = await kernel.store.reader.listApprovals({ limit: 20, sessionId: row.sessionId });
  const found =
    id === undefined
      ? waiting.find(({ state }) => state === 'pending')
      : await kernel.store.reader.findApproval(id);
  if (!found) return { reply: textFor(id === undefined ? 'approval.none' : 'approval.unknown') };
  const decision = authorise(row.principal, 'approval.decide', {
    kind: 'approval',
    ownerPrincipalId: await askedPerson(kernel, found.runId),
  });
  if (decision.kind !== 'allow')
    return { reply: textFor('access.command', { command: 'approve' }) };
  if (found.state !== 'pending')
    return { reply: textFor('approval.stale', { state: found.state }) };
  const outcome = denies ? 'denied' : 'approved';
  return {
    reply: textFor(`approval.${outcome}`, { tool: found.tool }),
    approval: { approvalId: found.approvalId, decision: outcome, by: row.principal.id },
  };
}

/** Who was asked: the person whose message the run answers, where they were let in; else only the owner may decide. */
export async function askedPerson(kernel: Kernel, runId: string): Promise<string> {
  const run = await kernel.store.reader.findRun(runId);
  const isKnown = run?.trust === 'owner' || run?.trust === 'paired';
  return run && isKnown ? run.principalId : 'owner';
}
