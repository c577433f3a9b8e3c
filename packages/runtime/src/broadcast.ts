import type { AcceptInput, ChannelInbound, ClaimedRun } from '@cuttle/core-types/ports';
import { bindAgents } from '@cuttle/sessions';
import { parseCommand } from './commands/parse-command.ts';
import type { ChannelAccount, Kernel } from './kernel.ts';
import { agentSettings } from './settings.ts';

/** Who answers a message, in order: those of the most specific binding of the place; `agent` of an account is one for that account. */
export function agentsFor(
  { settings }: Pick<Kernel, 'settings'>,
  { channel, name, agentId }: Pick<ChannelAccount, 'channel' | 'name' | 'agentId'>,
  { chat }: Pick<ChannelInbound, 'chat'>,
): readonly [string, ...string[]] {
  const { bindings, defaultAgentId } = settings();
  const place = { channel: channel.id, account: name, chat };
  const match = { channel: channel.id, account: name };
  const own = agentId === undefined ? [] : [{ agentIds: [agentId], match }];
  const [first = defaultAgentId, ...others] = bindAgents([...bindings, ...own], place) ?? [];
  return [first, ...others];
}

/** What ends or renews conversations does so for each agent; to look and to decide, one is enough. */
const commandsForAll: ReadonlySet<string> = new Set(['stop', 'new', 'reset', 'compact']);

export function isForAll(text: string): boolean {
  const command = parseCommand(text);
  return command === undefined || commandsForAll.has(command.row.name);
}

/**
 * A message as it is for a further agent: a row of its own, known by its own id, bound when the one before was answered. It is marked once,
 * and is one turn of whoever said it.
 */
export function toFollowing(input: AcceptInput, after: string): AcceptInput {
  const { mark: _marked, renew, ...its } = input;
  return {
    ...its,
    ...(renew && { renew: { before: renew.before, notice: [] } }),
    externalId: `${input.externalId}~${input.agentId}`,
    mode: 'followup',
    after,
    ...(input.bot && { bot: { most: Number.MAX_SAFE_INTEGER } }),
  };
}

/** The name that an agent speaks under where others answer too; its id where another one has the same name. */
export function voiceOf(
  { settings }: Pick<Kernel, 'settings'>,
  agents: readonly string[],
  agentId: string,
): string | undefined {
  if (agents.length < 2) return undefined;
  const nameOf = (id: string): string => agentSettings(settings(), id)?.identity.name ?? id;
  const own = nameOf(agentId);
  const isAlone = agents.every((id) => id === agentId || nameOf(id) !== own);
  const { emoji } = agentSettings(settings(), agentId)?.identity ?? {};
  const name = isAlone ? own : agentId;
  return emoji === undefined || !isAlone ? name : `${emoji} ${name}`;
}

/** An answer under the name of its agent, where several answer. */
export function inVoice({ inputs }: Pick<ClaimedRun, 'inputs'>, text: string): string {
  const voice = inputs.findLast(({ body }) => body.voice !== undefined)?.body.voice;
  if (voice === undefined || text === '') return text;
  const name = voice.replace(/[\\`*_~[\]<>#|\n]/g, ' ').trim();
  return `**${name}:**\n${text}`;
}

/** As long as nobody tells that the one before was answered, rows are looked at so often. */
const lookMs = 30_000;

/** Wakes a session when the message that it waits behind has ended. Never rejects. */
export function wakeAfter(kernel: Kernel, sessionId: string, after: string | undefined): void {
  if (after === undefined) return;
  const wait = async (): Promise<void> => {
    for (let isOver = false; !isOver && !kernel.stopping.aborted;) {
      const told = new AbortController();
      const signal = AbortSignal.any([kernel.stopping, told.signal]);
      const fate = kernel.fates.expect(after, signal);
      const look = kernel.clock.sleep(lookMs, signal);
      // It may have ended before anybody listened.
      const row = await kernel.store.reader.findInbound({ inboundId: after });
      isOver = row?.state !== 'queued' && row?.state !== 'bound';
      if (!isOver) await Promise.race([fate, look]);
      told.abort('told');
      await Promise.allSettled([fate, look]);
      kernel.sessions.wake(sessionId);
    }
  };
  wait().catch((error: unknown) => {
    if (!kernel.stopping.aborted)
      kernel.log.error('A message waits behind another one.', { error });
  });
}
