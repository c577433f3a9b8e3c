import type { ControlRow } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import type { Kernel } from '../kernel.ts';
import { listPins, pinFault } from '../prompt/orders-in-force.ts';
import { agentSettings } from '../settings.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/pin <text>` for this session, `/pin --all <text>` for every session of the agent, `/pin list`. */
export const pinCommand: CommandHandler = async (kernel, row, { args, rest }) => {
  if (args.length === 0 || (args.length === 1 && args[0] === 'list'))
    return { reply: await ordersText(kernel, row) };
  const isForAll = args[0] === '--all';
  const text = rest.replace(isForAll ? /^--all\s*/ : /^/, '').trim();
  const { agentId } = row;
  const draft = { agentId, sessionKey: isForAll ? undefined : row.sessionKey, text };
  const fault = await pinFault(kernel, draft);
  if (fault !== undefined) return { reply: fault };
  return {
    reply: textFor(isForAll ? 'command.pinned-all' : 'command.pinned', { text }),
    pin: { pinId: kernel.newId(), by: row.principal.id, ...draft },
  };
};

async function ordersText(
  kernel: Kernel,
  { agentId, sessionKey }: Pick<ControlRow, 'agentId' | 'sessionKey'>,
): Promise<string> {
  const fixed = agentSettings(kernel.settings(), agentId)?.orders ?? [];
  const pins = await listPins(kernel, { agentId, sessionKey });
  const lines = [
    ...fixed.map((text) => `– ${text}`),
    ...pins.map(({ text }, index) => `${index + 1}. ${text}`),
  ];
  return lines.length === 0
    ? textFor('command.no-pins')
    : textFor('command.pins', { orders: lines.join('\n') });
}

/** `/unpin <n>`, by the number that `/pin list` shows. */
export const unpinCommand: CommandHandler = async (kernel, row, { args }) => {
  const { agentId, sessionKey } = row;
  const [wanted = '', ...more] = args;
  if (more.length > 0 || !/^\d{1,4}$/.test(wanted)) return undefined;
  const pins = await listPins(kernel, { agentId, sessionKey });
  const pin = pins[Number(wanted) - 1];
  if (!pin) return { reply: textFor('command.pin-unknown', { count: pins.length }) };
  return {
    reply: textFor('command.unpinned', { text: pin.text }),
    unpin: { pinId: pin.pinId, by: row.principal.id },
  };
};

const mostPersonaChars = 2000;

/** `/persona <words>` for this session, `/persona default`, or alone to show it. */
export const personaCommand: CommandHandler = async (kernel, row, { args, rest }) => {
  if (args.length === 0) {
    const persona = (await kernel.store.reader.findSession(row.sessionKey))?.persona;
    return {
      reply:
        persona === undefined
          ? textFor('command.no-persona')
          : textFor('command.persona', { persona }),
    };
  }
  if (!mayChoosePersona(row)) return { reply: textFor('access.command', { command: 'persona' }) };
  if (args.length === 1 && args[0] === 'default')
    return { reply: textFor('command.persona-reset'), persona: null };
  const persona = rest.trim().slice(0, mostPersonaChars);
  return { reply: textFor('command.persona-set', { persona }), persona };
};

/** What stands in the prompt of others is the owner's to say; in private, whoever was let in chooses for themselves. */
function mayChoosePersona({ principal, provenance, route }: ControlRow): boolean {
  const isShared = route.kind === 'push' && route.chat === 'group';
  const isLetIn = provenance.trust === 'owner' || provenance.trust === 'paired';
  const risk = isShared || !isLetIn ? 'owner' : 'write';
  return (
    authorise(principal, 'command.run', { kind: 'command', name: 'persona', risk }).kind === 'allow'
  );
}
