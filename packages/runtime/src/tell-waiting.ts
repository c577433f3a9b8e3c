import type { ConversationRef } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';

/**
 * Whoever writes while an answer waits for an approval is told what their message comes after: once for each question and place.
 * Never rejects: the message is accepted, whatever becomes of this.
 */
export async function tellWaiting(
  kernel: Kernel,
  {
    sessionId,
    conversation,
    door,
  }: { sessionId: string; conversation: ConversationRef; door: string },
): Promise<void> {
  // A run that works waits for nothing.
  if (kernel.active.find(sessionId)) return;
  try {
    const [waiting] = await kernel.store.reader.listApprovals({ limit: 1, sessionId });
    const { accountId, key } = conversation;
    const channel = waiting && kernel.findRenderer({ accountId, door });
    if (!channel) return;
    const { approvalId } = waiting;
    const drafts = noticeDrafts(kernel, {
      channel,
      conversation,
      origin: `waiting:${approvalId}:${accountId}:${key}`,
      answer: { text: textFor('run.waiting-approval', { id: approvalId }), notice: 'system' },
    });
    const { conversations } = await kernel.store.journal.prepareOutbound({ drafts });
    for (const conversationId of conversations) kernel.dispatcher.wake(conversationId);
  } catch (error) {
    kernel.log.warn('A sender could not be told what is waited for.', { error, sessionId });
  }
}
