import { QueueMode } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { placeMode } from '../queue-mode.ts';
import { agentSettings } from '../settings.ts';
import { beginningOf } from './beginning-of.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/model [provider/model | default]`: which model answers in this session. */
export const modelCommand: CommandHandler = async (kernel, row, { args }) => {
  const [wanted, ...more] = args;
  if (more.length > 0) return undefined;
  const models = kernel.models();
  const ofAgent = agentSettings(kernel.settings(), row.agentId)?.model ?? models.fallback().ref;
  if (wanted === undefined) {
    const session = await kernel.store.reader.findSession(row.sessionKey);
    return { reply: textFor('command.model', { model: session?.model ?? ofAgent }) };
  }
  if (wanted === 'default')
    return { reply: textFor('command.model-set', { model: ofAgent }), model: null };
  try {
    const { ref } = models.resolve(wanted);
    return { reply: textFor('command.model-set', { model: ref }), model: ref };
  } catch (error) {
    if (!isCuttleError(error, 'model.unknown')) throw error;
    return {
      reply: textFor('command.model-unknown', { model: wanted, models: models.list().join(', ') }),
    };
  }
};

/** `/queue [mode | default]`: what becomes of messages that arrive during an answer. */
export const queueCommand: CommandHandler = async (kernel, row, { args }) => {
  const [wanted, ...more] = args;
  if (more.length > 0) return undefined;
  const { agentId, provenance } = row;
  const ofPlace = placeMode(kernel, { agentId, accountId: provenance.accountId });
  if (wanted === 'default')
    return { reply: textFor('command.queue-set', { mode: ofPlace }), queueMode: null };
  if (wanted !== undefined) {
    const mode = QueueMode.safeParse(wanted.toLowerCase());
    if (!mode.success) return undefined;
    return { reply: textFor('command.queue-set', { mode: mode.data }), queueMode: mode.data };
  }
  const session = await kernel.store.reader.findSession(row.sessionKey);
  const reply = textFor('command.queue', { mode: session?.queueMode ?? ofPlace });
  const { queued } = await kernel.store.reader.readHistory({ sessionId: row.sessionId, limit: 1 });
  return { reply: queued.length === 0 ? reply : `${reply}\n${waitingText(queued)}` };
};

const mostWaitingShown = 10;

/** What waits behind the answer, in the order in which it will have its turn. */
function waitingText(queued: readonly { readonly text: string }[]): string {
  const lines = queued
    .slice(0, mostWaitingShown)
    .map(({ text }, at) => `${at + 1}. ${beginningOf(text)}`);
  const more = queued.length > lines.length ? ['…'] : [];
  const messages = [...lines, ...more].join('\n');
  return textFor('command.queue-waiting', { count: queued.length, messages });
}
