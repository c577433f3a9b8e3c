import { ThinkingLevel } from '@cuttle/core-types';
import type { ControlRow } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { Kernel } from '../kernel.ts';
import { agentSettings } from '../settings.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/think [level | default]`: how much the model thinks in this session. */
export const thinkCommand: CommandHandler = async (kernel, row, { args }) => {
  const [wanted, ...more] = args;
  if (more.length > 0) return undefined;
  if (wanted === undefined) return { reply: await currentText(kernel, row) };
  if (wanted === 'default')
    return {
      reply: textFor('command.think-reset', { level: ofAgent(kernel, row) }),
      thinking: null,
    };
  const level = ThinkingLevel.safeParse(wanted.toLowerCase());
  if (!level.success) return undefined;
  return { reply: textFor('command.think-set', { level: level.data }), thinking: level.data };
};

async function currentText(kernel: Kernel, row: ControlRow): Promise<string> {
  const session = await kernel.store.reader.findSession(row.sessionKey);
  const models = kernel.models();
  const agent = agentSettings(kernel.settings(), row.agentId);
  const model = session?.model ?? agent?.model ?? models.fallback().ref;
  const level = session?.thinking ?? ofAgent(kernel, row);
  const known = (await models.findFacts(model))?.thinking;
  const said = textFor('command.think', { level });
  if (known === undefined) return said;
  return known.length === 0
    ? `${said}\n${textFor('command.think-never', { model })}`
    : `${said}\n${textFor('command.think-levels', { model, levels: known.join(', ') })}`;
}

function ofAgent(kernel: Kernel, { agentId }: ControlRow): string {
  return agentSettings(kernel.settings(), agentId)?.thinking ?? textFor('command.think-unset');
}
