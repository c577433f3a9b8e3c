import { noUsage } from '@cuttle/core-types';
import type { ControlRow, Journal } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { CommandEffect } from './commands/command-handler.ts';
import type { CommandName } from './commands/command-table.ts';
import { parseCommand } from './commands/parse-command.ts';
import { runCommand } from './commands/run-command.ts';
import { lockedText } from './decide-pairing.ts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { afterStop } from './stop-run.ts';

export type { ControlRow };

/** What is stored of the run they end is what people saw of it. Beside every other command, a run goes on. */
const endingRuns: ReadonlySet<CommandName> = new Set<CommandName>(['stop', 'rewind']);

/** Does what an accepted command asks, past every queue. Run again after a crash, it settles nothing twice. */
export async function runControl(kernel: Kernel, row: ControlRow): Promise<string> {
  const parsed = parseCommand(row.text);
  using holding = new DisposableStack();
  if (parsed && endingRuns.has(parsed.row.name))
    holding.use(kernel.active.find(row.sessionId)?.hold());
  const effect = parsed
    ? await runCommand(kernel, row, parsed)
    : { reply: textFor('command.unknown', { command: row.text }) };
  const result = await settle(kernel, row, effect);
  if (result.stale === undefined) return await finish(kernel, { row, effect, result });
  // What it is about changed between our look and the commit: say so instead.
  const late: CommandEffect = { reply: staleText(kernel, effect, result.stale) };
  return await finish(kernel, { row, effect: late, result: await settle(kernel, row, late) });
}

function staleText({ clock }: Kernel, effect: CommandEffect, state: string): string {
  const { approval, pairing } = effect;
  const [, until] = /^locked:(\d+)$/.exec(state) ?? [];
  if (until !== undefined) return lockedText(Number(until) - clock.now());
  if (pairing) return textFor('pairing.unknown');
  return approval ? textFor('approval.stale', { state }) : textFor('command.too-late');
}

type CommandResult = Awaited<ReturnType<Journal['settleCommand']>>;

async function settle(
  kernel: Kernel,
  row: ControlRow,
  effect: CommandEffect,
): Promise<CommandResult> {
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
  { row, effect, result }: { row: ControlRow; effect: CommandEffect; result: CommandResult },
): Promise<string> {
  const { sessionId, sessionKey, inboundId } = row;
  const settled = { ...result, inbounds: result.inbounds.filter((id) => id !== inboundId) };
  await afterStop(kernel, { sessionId, sessionKey, aborted: result.aborted, by: 'user', settled });
  // An approval may have been decided from another place than where its run waits.
  for (const event of result.events) kernel.sessions.wake(event.sessionId);
  if (effect.pairing) kernel.hub.publishGateway({ kind: 'pairing' });
  const eventSeq = result.events.at(-1)?.seq;
  const kind = effect.reset || effect.rewind ? 'reset' : 'command';
  kernel.hub.publishSession({
    sessionId,
    sessionKey,
    kind,
    eventSeq,
    inboundId,
    text: effect.reply,
  });
  const { fork } = effect;
  if (fork && result.forkId !== undefined)
    kernel.hub.publishSession({
      sessionId: result.forkId,
      sessionKey: fork.sessionKey,
      kind: 'changed',
      eventSeq: undefined,
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
