import type { ClaimedRun, ConversationRef } from '@cuttle/core-types/ports';
import type { ActiveRun } from './active-runs.ts';
import { cutStepOf, uncalledStep } from './count-cuts.ts';
import type { Kernel } from './kernel.ts';
import { partialOf, type RunState, seqAfter, textSoFar } from './run-state.ts';

/** A claimed run as those see it who stop it or read it while it works. */
export function toActive(
  kernel: Kernel,
  {
    claimed,
    controller,
    state,
  }: {
    readonly claimed: ClaimedRun;
    readonly controller: AbortController;
    /** Undefined until the run has read what it needs. */
    readonly state: () => RunState | undefined;
  },
): ActiveRun {
  const ofState = <Value>(read: (held: RunState) => Value): Value | undefined => {
    const held = state();
    return held && read(held);
  };
  const { runId, sessionId, createdAt, route } = claimed;
  return {
    runId,
    sessionId,
    claimed,
    createdAt,
    controller,
    partial: () => ofState(partialOf),
    cut: async () => ofState(cutStepOf) ?? uncalledStep(claimed),
    bubble: () => state()?.bubbleId,
    hasDraft: () => state()?.hasDraft === true,
    text: () => ofState(textSoFar) ?? '',
    route,
    conversation: conversationOf(claimed),
    taint: () => [...(state()?.taint ?? claimed.taint)],
    open: () =>
      ofState(({ step, attempt, texts }) => ({ step, attempt, text: texts.get(step) ?? '' })),
    hold: () => ofState(holdBack) ?? { [Symbol.dispose]: () => {} },
    nextSeq: () => ofState((held) => (held.seq += 1)) ?? seqAfter(kernel, createdAt),
  };
}

function holdBack(held: RunState): Disposable {
  const { promise, resolve } = Promise.withResolvers<void>();
  held.gate = both(held.gate, promise);
  return { [Symbol.dispose]: resolve };
}

async function both(before: Promise<void> | undefined, own: Promise<void>): Promise<void> {
  await before;
  await own;
}

export function conversationOf({
  route,
  conversationKey,
}: ClaimedRun): ConversationRef | undefined {
  if (route.kind === 'pull' || conversationKey === undefined) return undefined;
  return {
    accountId: route.accountId,
    key: conversationKey,
    target: route.target,
    group: route.chat === 'group',
  };
}
