import type { OutboundPart } from '@cuttle/core-types/ports';
import type { ActiveRun } from './active-runs.ts';
import { inVoice } from './broadcast.ts';
import { withoutButtons } from './confirm-actions.ts';
import { quotedBy } from './final-drafts.ts';
import type { ChannelAccount, Kernel } from './kernel.ts';
import { type RunState, textSoFar } from './run-state.ts';

/** The account whose platform can show an unfinished answer, where the run answers there. */
function streamingAccount({ kernel, claimed }: RunState): ChannelAccount | undefined {
  const account =
    claimed.route.kind === 'push' ? kernel.accounts.get(claimed.route.accountId) : undefined;
  return account?.streaming && account.channel.live ? account : undefined;
}

/**
 * Shows the answer while it grows. A bubble opens when the answer takes long and nothing earlier is undelivered: its row is committed
 * before the call and holds no word of the answer; words enter by edits once its receipt is stored. Where the platform has drafts,
 * private conversations are shown one instead: it needs no row, and the answer is a message of its own.
 */
export async function showBubble(state: RunState): Promise<void> {
  const account = streamingAccount(state);
  const live = account?.channel.live;
  const { kernel, claimed } = state;
  const { conversationId, route, runId } = claimed;
  if (!live || conversationId === undefined || state.bubble === 'refused') return;
  const elapsed = kernel.clock.monotonic() - state.startedAt;
  const isLong = elapsed >= kernel.settings().delivery.bubbleAfterMs;
  const preview = (): OutboundPart => {
    const text = inVoice(claimed, textSoFar(state));
    return live.preview(account.confirmActions === true ? withoutButtons(text) : text);
  };
  if (state.bubble === 'none' && isLong && route.kind === 'push' && isForDrafts(state, account)) {
    state.hasDraft = true;
    const { accountId, target } = route;
    kernel.dispatcher.showDraft({ runId, conversationId, accountId, target, preview });
    return;
  }
  if (state.bubble === 'none' && isLong) await openBubble(state);
  if (state.bubbleId === undefined) return;
  kernel.dispatcher.showLive({ conversationId, bubbleId: state.bubbleId, preview });
}

/** Drafts are for private conversations; a bubble that is open goes on. */
function isForDrafts({ kernel, claimed }: RunState, { channel }: ChannelAccount): boolean {
  const { route } = claimed;
  return route.kind === 'push' && route.chat === 'dm' && kernel.dispatcher.takesDrafts(channel);
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

/** No preview goes out after this; the final row closes the bubble, and takes the place of a draft. */
export function endBubble({
  kernel,
  claimed,
  bubbleId,
  hasDraft,
}: Pick<RunState, 'kernel' | 'claimed' | 'bubbleId' | 'hasDraft'>): void {
  if (bubbleId !== undefined) kernel.dispatcher.endLive(bubbleId);
  if (hasDraft) kernel.dispatcher.endLive(claimed.runId);
}

/** The same of a run that something else ends. */
export function endBubbleOf(kernel: Kernel, active: ActiveRun | undefined): void {
  if (!active) return;
  const { claimed } = active;
  endBubble({ kernel, claimed, bubbleId: active.bubble(), hasDraft: active.hasDraft() });
}
