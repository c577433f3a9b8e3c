import { isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { Delivery } from '@cuttle/core-types/ports';
import { allowancesOf } from './allowances.ts';
import {
  blockedKey,
  type Lane,
  type Lanes,
  type LiveDraft,
  type LiveEdit,
  type Next,
  rest,
  toRequest,
} from './lane.ts';
import type { Allowance } from './pace.ts';

/** A lane that has one to show looks again by itself when it may show it. */
export function takeEdit(lane: Lane | undefined, live: LiveEdit): void {
  if (!lane) return;
  const isDue = lane.live !== undefined;
  lane.live = live;
  if (!isDue) lane.wakeUp.abort();
}

/** The same for a draft; `now` is monotonic ms. */
export function takeDraft(lane: Lane, draft: LiveDraft, now: number): void {
  const isDue = lane.draft !== undefined && lane.draftDueAt <= now;
  lane.draft = draft;
  lane.draftDueAt = now;
  if (!isDue) lane.wakeUp.abort();
}

export function endLive(lanes: Iterable<Lane>, id: string): void {
  for (const lane of lanes) {
    if (lane.live?.bubbleId === id) lane.live = undefined;
    if (lane.bubble?.id !== id && lane.draft?.runId !== id) continue;
    if (lane.bubble?.id === id) lane.bubble = undefined;
    if (lane.draft?.runId === id) lane.draft = undefined;
    lane.wakeUp.abort();
  }
}

/** Shows the newest text in the open bubble. Not a row: what is lost here is only a preview. */
export async function showEdit(state: Lanes, lane: Lane): Promise<Next> {
  const { deps, pace } = state;
  const { live, bubble } = lane;
  const account = bubble && deps.accounts.get(bubble.delivery.accountId);
  if (!live || !account || bubble.id !== live.bubbleId) {
    lane.live = undefined;
    return 'nothing';
  }
  const once: Allowance = {
    key: `live:${bubble.id}`,
    count: 1,
    windowMs: account.channel.limits.editIntervalMs,
  };
  const allowances = [...allowancesOf(account, bubble.delivery), once];
  const waitMs = pace.waitMs(allowances);
  if (waitMs > 0) {
    await rest(state, lane, waitMs);
    return 'go-on';
  }
  lane.live = undefined;
  const show = async (signal: AbortSignal): Promise<void> => {
    const body = live.preview();
    const { receipt, delivery } = bubble;
    await account.channel.send(toRequest({ ...delivery, kind: 'edit', body, receipt }), signal);
  };
  await showUnfinished(state, { place: bubble.delivery, allowances, show });
  return 'go-on';
}

/** Shows the newest text beside the messages; where the platform takes none, the next words go by edits. */
export async function showDraft(state: Lanes, lane: Lane, draft: LiveDraft): Promise<Next> {
  const { deps, pace, withoutDrafts } = state;
  const account = deps.accounts.get(draft.accountId);
  const drafts = account?.channel.live?.drafts;
  if (!account || !drafts || withoutDrafts.has(account.channel)) {
    lane.draft = undefined;
    return 'nothing';
  }
  if (lane.draftDueAt > deps.clock.monotonic()) return 'nothing';
  const { editIntervalMs: windowMs } = account.channel.limits;
  const once: Allowance = { key: `live:${draft.runId}`, count: 1, windowMs };
  const allowances = [...allowancesOf(account, { ...draft, group: false }), once];
  const waitMs = pace.waitMs(allowances);
  if (waitMs > 0) {
    await rest(state, lane, waitMs);
    return 'go-on';
  }
  lane.draftDueAt = deps.clock.monotonic() + drafts.everyMs;
  const { target, runId: key } = draft;
  const show = (signal: AbortSignal): Promise<void> =>
    drafts.show({ target, key, part: draft.preview() }, signal);
  const error = await showUnfinished(state, { place: draft, allowances, show });
  if (!isCuttleError(error, 'channel.invalid')) return 'go-on';
  withoutDrafts.add(account.channel);
  lane.draft = undefined;
  const { name } = account;
  deps.log.warn('Drafts are refused: answers grow by edits here.', { account: name, error });
  return 'go-on';
}

/** One call of which nothing is stored: what is lost of it is only a preview. Never rejects; returns what went wrong. */
async function showUnfinished(
  { deps, pace, stopping }: Lanes,
  {
    place,
    allowances,
    show,
  }: {
    readonly place: Pick<Delivery, 'accountId' | 'conversationId'>;
    readonly allowances: readonly Allowance[];
    readonly show: (signal: AbortSignal) => Promise<void>;
  },
): Promise<unknown> {
  const call = pace.take(allowances);
  try {
    const signal = AbortSignal.any([
      stopping.signal,
      AbortSignal.timeout(deps.settings().delivery.deadlineMs),
    ]);
    deps.point('draft.edit.before.request');
    await show(signal);
    deps.point('draft.edit.after.response');
    return undefined;
  } catch (error) {
    deps.log.debug('A preview was not shown.', { error });
    const { retryAfterMs } = toCuttleError(error);
    if (retryAfterMs !== undefined)
      pace.block(blockedKey(error, place), deps.clock.now() + retryAfterMs);
    return error;
  } finally {
    call.ended();
  }
}
