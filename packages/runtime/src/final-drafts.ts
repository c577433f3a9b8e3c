import type { Answer, ClaimedRun, OutboundDraft } from '@cuttle/core-types/ports';
import { inVoice } from './broadcast.ts';
import { withButtons } from './confirm-actions.ts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { conversationOf } from './to-active.ts';

/** The answer as rows of the conversation; none for doors that read the stored answer. */
export function finalDrafts(kernel: Kernel, claimed: ClaimedRun, answer: Answer): OutboundDraft[] {
  const conversation = conversationOf(claimed);
  if (!conversation || answer.text === '') return [];
  // A run may be given up before its account is connected, and its sender must be told.
  const { accountId } = conversation;
  const channel = kernel.findRenderer({ accountId, door: claimed.route.door });
  // What the system says is in its own words.
  const isTheirs = answer.notice === undefined && kernel.accounts.get(accountId)?.confirmActions;
  const named = { ...answer, text: inVoice(claimed, answer.text) };
  const said = isTheirs === true ? withButtons(named) : named;
  const origin = `${claimed.runId}:final`;
  return channel ? noticeDrafts(kernel, { channel, conversation, origin, answer: said }) : [];
}
