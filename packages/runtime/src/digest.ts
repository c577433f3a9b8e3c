import { isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { Channel, Delivery, DeliveryClaim, OutboundDraft } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';

/** Lines of a digest, and characters of each. */
const mostLines = 10;
const mostCharacters = 120;

/** One message in place of answers that waited past their time, named by the last of them: a second one for the same rows is the same. */
export function digestDrafts(
  deps: Pick<Kernel, 'newId' | 'settings'>,
  channel: Channel,
  claim: Extract<DeliveryClaim, { kind: 'expired' }>,
): OutboundDraft[] {
  const { conversation, outboundIds, missed } = claim;
  const last = outboundIds.at(-1);
  if (last === undefined || missed.length === 0) return [];
  const shown = missed.slice(0, mostLines).map(({ text, at }) =>
    textFor('outbound.digest-line', {
      at: new Date(at).toISOString().slice(0, 16).replace('T', ' '),
      text: shorten(text),
    }),
  );
  const more = missed.length - shown.length;
  const lines = [
    ...shown,
    ...(more > 0 ? [textFor('outbound.digest-more', { count: more })] : []),
  ].join('\n');
  const text = textFor('outbound.digest', { count: missed.length, lines });
  const answer = { text, notice: 'outbound.digest' };
  return noticeDrafts(deps, { channel, conversation, origin: `digest:${last}`, answer });
}

/** Begins the origin of a notice that something was given up; one that is given up itself makes no further one. */
const gaveUpOrigin = 'gave-up:';

/** Tells the person that a part of an answer was refused; where the chat itself cannot be written to, nobody can be told. */
export function gaveUpDrafts(
  deps: Pick<Kernel, 'newId' | 'settings'>,
  refused: { readonly channel: Channel; readonly delivery: Delivery; readonly error: unknown },
): OutboundDraft[] {
  const { channel, delivery, error } = refused;
  const { outboundId, kind, body, origin, accountId, target, group } = delivery;
  const { conversationKey: key } = delivery;
  if (isCuttleError(error, 'channel.blocked', 'channel.not-found')) return [];
  const isWords = (kind === 'send' || kind === 'edit') && body.act === undefined;
  if (!isWords || origin.startsWith(gaveUpOrigin)) return [];
  const { code } = toCuttleError(error);
  return noticeDrafts(deps, {
    channel,
    conversation: { accountId, key, target, group },
    origin: `${gaveUpOrigin}${outboundId}`,
    answer: {
      text: textFor('outbound.gave-up', { reason: code }),
      notice: 'outbound.gave-up',
    },
  });
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters).toWellFormed()}…` : line;
}
