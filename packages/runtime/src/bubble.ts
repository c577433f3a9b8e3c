import { inVoice } from './broadcast.ts';
import { withoutButtons } from './confirm-actions.ts';
import { quotedBy } from './final-drafts.ts';
import type { ChannelAccount } from './kernel.ts';
import { type RunState, textSoFar } from './run-state.ts';

/** The account whose platform can show an unfinished answer, where the run answers there. */
function streamingAccount({ kernel, claimed }: RunState): ChannelAccount | undefined {
  const account =
    claimed.route.kind === 'push' ? kernel.accounts.get(claimed.route.accountId) : undefined;
  return account?.streaming && account.channel.live ? account : undefined;
}

/**
 * Shows the answer while it grows. A bubble opens when the answer takes long and nothing earlier is undelivered: its row is committed
 * before the call and holds no word of the answer; words enter by edits once its receipt is stored.
 */
export async function showBubble(state: RunState): Promise<void> {
  const account = streamingAccount(state);
  const live = account?.channel.live;
  const { conversationId } = state.claimed;
  if (!live || conversationId === undefined || state.bubble === 'refused') return;
  const { kernel } = state;
  const elapsed = kernel.clock.monotonic() - state.startedAt;
  if (state.bubble === 'none' && elapsed >= kernel.settings().delivery.bubbleAfterMs)
    await openBubble(state);
  if (state.bubbleId === undefined) return;
  kernel.dispatcher.showLive({
    conversationId,
    bubbleId: state.bubbleId,
    preview: () => {
      const text = inVoice(state.claimed, textSoFar(state));
      return live.preview(account.confirmActions === true ? withoutButtons(text) : text);
    },
  });
}

async function openBubble(state: RunState): Promise<void> {
  const { kernel, claimed } = state;
  const { route, conversationId, conversationKey, runId, fence } = claimed;
  const account = streamingAccount(state);
  const live = account?.channel.live;
  if (
    !live ||
    route.kind !== 'push' ||
    conversationId === undefined ||
    conversationKey === undefined
  )
    return;
  state.bubble = 'opening';
  const conversation = {
    accountId: route.accountId,
    key: conversationKey,
    target: route.target,
    group: route.chat === 'group',
  };
  const opened = await kernel.store.journal.openBubble({
    runId,
    fence,
    draft: {
      outboundId: kernel.newId(),
      conversation,
      origin: `${runId}:final`,
      part: 0,
      kind: 'open',
      body: live.placeholder(quotedBy(account, claimed)),
      ttlMs: kernel.settings().delivery.ttlMs,
    },
  });
  kernel.point('draft.open.after.commit');
  state.bubble = opened ? 'open' : 'refused';
  state.bubbleId = opened?.outboundId;
  if (opened) kernel.dispatcher.wake(conversationId);
}

/** No preview goes out after this; the final row closes the bubble. */
export function endBubble({ kernel, bubbleId }: RunState): void {
  if (bubbleId !== undefined) kernel.dispatcher.endLive(bubbleId);
}
