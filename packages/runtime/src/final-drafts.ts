import type { Answer, ClaimedRun, OutboundDraft } from '@cuttle/core-types/ports';
import { inVoice } from './broadcast.ts';
import { withButtons } from './confirm-actions.ts';
import type { ChannelAccount, Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { conversationOf } from './to-active.ts';

/** The answer as rows of the conversation; none for doors that read the stored answer. */
export function finalDrafts(kernel: Kernel, claimed: ClaimedRun, answer: Answer): OutboundDraft[] {
  const conversation = conversationOf(claimed);
  if (!conversation || answer.text === '') return [];
  // A run may be given up before its account is connected, and its sender must be told.
  const { accountId } = conversation;
  const channel = kernel.findRenderer({ accountId, door: claimed.route.door });
  const account = kernel.accounts.get(accountId);
  // What the system says is in its own words.
  const isTheirs = answer.notice === undefined && account?.confirmActions;
  const text = inVoice(claimed, withPrefix(account, answer));
  const named = { ...answer, text, replyTo: quotedBy(account, claimed) };
  const said = isTheirs === true ? withButtons(named) : named;
  const origin = `${claimed.runId}:final`;
  return channel ? noticeDrafts(kernel, { channel, conversation, origin, answer: said }) : [];
}

function withPrefix(account: ChannelAccount | undefined, { text, notice }: Answer): string {
  const prefix = notice === 'run.failed' ? (account?.errorPrefix?.trim() ?? '') : '';
  return prefix === '' ? text : `${prefix} ${text}`;
}

/** The platform's id of the message that a run answers, where the account quotes it. */
export function quotedBy(
  account: Pick<ChannelAccount, 'quoteReplies'> | undefined,
  { route, inputs }: Pick<ClaimedRun, 'route' | 'inputs'>,
): string | undefined {
  if (route.kind !== 'push' || !account) return undefined;
  const { quoteReplies = 'off' } = account;
  const isQuoted = quoteReplies === 'all' || (quoteReplies === 'group' && route.chat === 'group');
  return isQuoted
    ? inputs.findLast(({ body }) => body.messageId !== undefined)?.body.messageId
    : undefined;
}
