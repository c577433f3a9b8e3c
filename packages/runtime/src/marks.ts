import type {
  Channel,
  ChannelInbound,
  ClaimedRun,
  ConversationRef,
  OutboundDraft,
  OutboundPart,
} from '@cuttle/core-types/ports';
import type { AccountMarks, ChannelAccount, Kernel } from './kernel.ts';
import { conversationOf } from './to-active.ts';

interface MarkPlace {
  readonly conversation: ConversationRef;
  /** The message's inbound. */
  readonly inboundId: string;
}

/** The mark of a message that is taken, as a row to be; none where the owner wants none or the platform has no such emoji. */
export function takenMark(
  kernel: Pick<Kernel, 'newId' | 'settings'>,
  { marks, channel }: Pick<ChannelAccount, 'marks' | 'channel'>,
  { event, ...place }: MarkPlace & { readonly event: ChannelInbound },
): OutboundDraft[] {
  // A command may be no message that others see.
  const isMessage = event.kind === 'message' && event.command === undefined;
  if (!marks || marks.taken === '' || !isMessage || !isMeant(marks, event)) return [];
  const part = channel.reactions?.mark(event.messageId, marks.taken);
  if (!part) return [];
  // Who cancels the message finds here what takes its mark back.
  const undo = channel.reactions?.unmark(event.messageId, marks.taken);
  return [toDraft(kernel, place, { part: undo ? { ...part, undo } : part, at: 0 })];
}

/** Emoji of the settings that the platform does not have. Where it has no marks at all, any. */
export function unknownMarks(
  { reactions }: Pick<Channel, 'reactions'>,
  marks: AccountMarks | undefined,
): readonly string[] {
  if (!marks || marks.taken === '') return [];
  const wanted = [marks.taken, marks.done, marks.failed].filter((emoji) => emoji !== '');
  return [...new Set(wanted)].filter((emoji) => !reactions?.mark('1', emoji));
}

function isMeant({ scope }: AccountMarks, event: ChannelInbound): boolean {
  const isDirect = event.chat.kind === 'dm';
  switch (scope) {
    case 'all':
      return true;
    case 'direct':
      return isDirect;
    case 'group-all':
      return !isDirect;
    case 'group-mentions':
      return !isDirect && (event.mentioned || event.replyToUs);
  }
}

/**
 * What becomes of the marks of a run's messages when it ends: rows behind its last words. Nothing is read where the account sets no marks.
 */
export async function endMarks(
  kernel: Pick<Kernel, 'newId' | 'settings' | 'accounts' | 'store'>,
  claimed: ClaimedRun,
  how: 'done' | 'failed',
): Promise<OutboundDraft[]> {
  const conversation = conversationOf(claimed);
  const account = conversation && kernel.accounts.get(conversation.accountId);
  if (!conversation || !account?.marks || account.marks.taken === '') return [];
  const { reader } = kernel.store;
  const run = await reader.findRun(claimed.runId);
  const inbounds = await Promise.all(
    (run?.inbounds ?? []).map((inboundId) => reader.findInbound({ inboundId })),
  );
  const after = account.marks[how];
  return inbounds.flatMap((inbound) => {
    // Where several agents answer, the message is marked for the first.
    if (inbound?.messageId === undefined || inbound.after !== undefined) return [];
    const { inboundId, messageId } = inbound;
    // A part of its own number: the first words of an answer may stand in a bubble, and a mark never does.
    return changesOf(account, messageId, after).map((part, index) =>
      toDraft(kernel, { conversation, inboundId }, { part, at: index + 1 }),
    );
  });
}

function changesOf(
  { marks, channel: { reactions } }: ChannelAccount,
  messageId: string,
  after: string,
): readonly OutboundPart[] {
  if (!marks || !reactions) return [];
  const next = after === '' ? undefined : reactions.mark(messageId, after);
  const back = reactions.unmark(messageId, marks.taken);
  const changes = next && (reactions.replaces || after === marks.taken) ? [next] : [back, next];
  return changes.filter((part) => part !== undefined);
}

function toDraft(
  { newId, settings }: Pick<Kernel, 'newId' | 'settings'>,
  { conversation, inboundId }: MarkPlace,
  { part, at }: { readonly part: OutboundPart; readonly at: number },
): OutboundDraft {
  return {
    outboundId: newId(),
    conversation,
    origin: `mark:${inboundId}`,
    part: at,
    kind: 'send',
    body: part,
    ttlMs: settings().delivery.ttlMs,
  };
}
