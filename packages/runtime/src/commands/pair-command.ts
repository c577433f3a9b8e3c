import type { ControlRow, PairingRow } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { toPairingDecision } from '../decide-pairing.ts';
import type { Kernel } from '../kernel.ts';
import { strangerText } from '../pairing.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/pair` lists who waits, `/pair <code>` lets somebody in, `/pair deny <code>` refuses them. */
export const pairCommand: CommandHandler = async (kernel, row, { args }) => {
  // Others read along, and what is said of a code would tell them whether it holds.
  if (isShared(row)) return { reply: textFor('pairing.private') };
  const denials = args.filter(isDenial);
  const code = args.filter((word) => !isDenial(word)).join('');
  if (denials.length > 1 || (denials.length === 1 && code === '')) return undefined;
  if (code === '') return { reply: await waitingText(kernel) };
  const outcome = denials.length > 0 ? 'refused' : 'approved';
  const { decision, pairing } = await toPairingDecision(kernel, {
    code,
    decision: outcome,
    by: row.principal.id,
  });
  const reply = pairing
    ? textFor(`pairing.${outcome}`, { who: strangerText(pairing), place: placeOf(pairing) })
    : textFor('pairing.unknown');
  return { reply, pairing: decision };
};

function isShared({ route }: ControlRow): boolean {
  return route.kind === 'push' && route.chat === 'group';
}

function isDenial(word: string): boolean {
  return ['deny', 'no', 'refuse'].includes(word.toLowerCase());
}

const mostShown = 20;

async function waitingText({ store: { reader } }: Kernel): Promise<string> {
  const waiting = await reader.listPairings({ limit: mostShown + 1 });
  if (waiting.length === 0) return textFor('pairing.none');
  const lines = waiting.slice(0, mostShown).map((pairing) =>
    textFor('pairing.row', {
      code: pairing.codeHint,
      who: strangerText(pairing),
      place: placeOf(pairing),
      until: new Date(pairing.expiresAt).toISOString().slice(11, 16),
    }),
  );
  const more = waiting.length > mostShown ? ['…'] : [];
  return textFor('pairing.waiting', { people: [...lines, ...more].join('\n') });
}

function placeOf({ channel, account }: PairingRow): string {
  return `${channel}/${account}`;
}
