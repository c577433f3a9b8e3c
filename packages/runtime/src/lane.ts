import type { NewId } from '@cuttle/core-types';
import { toCuttleError } from '@cuttle/core-types/errors';
import type {
  Channel,
  Clock,
  Delivery,
  Log,
  OutboundPart,
  Receipt,
  Store,
  Target,
} from '@cuttle/core-types/ports';
import { accountKey, conversationKey, type KnownAllowances } from './allowances.ts';
import type { CrashPoint } from './crash-point.ts';
import type { ChannelAccount } from './kernel.ts';
import type { Allowance, Pace } from './pace.ts';
import type { SendRoom } from './send-room.ts';
import type { RuntimeSettings } from './settings.ts';

/** The newest text of an answer that grows in a bubble. */
export interface LiveEdit {
  readonly conversationId: string;
  readonly bubbleId: string;
  /** Called when the edit goes out: an answer grows by thousands of deltas, of which few are shown. */
  readonly preview: () => OutboundPart;
}

/** The same where it grows as a draft, which is known by its run. */
export interface LiveDraft {
  readonly runId: string;
  readonly conversationId: string;
  readonly accountId: string;
  readonly target: Target;
  /** Called when it is shown. */
  readonly preview: () => OutboundPart;
}

export interface DispatcherDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly random: () => number;
  readonly log: Log;
  readonly settings: () => RuntimeSettings;
  readonly accounts: ReadonlyMap<string, ChannelAccount>;
  readonly point: CrashPoint;
}

/** One conversation that has something to send or to show. */
export interface Lane {
  again: boolean;
  live: LiveEdit | undefined;
  /** The bubble that may be edited: its receipt arrived and its final row is not due. */
  bubble:
    | { readonly id: string; readonly receipt: Receipt; readonly delivery: Delivery }
    | undefined;
  /** What is shown of an answer without a bubble, and from when on (monotonic ms) it is to be shown anew. */
  draft: LiveDraft | undefined;
  draftDueAt: number;
  wakeUp: AbortController;
  /** What a call here counts against; known once a row was claimed, and then kept for later lanes of the conversation. */
  allowances: readonly Allowance[];
}

/** What the lanes share. */
export interface Lanes {
  readonly deps: DispatcherDeps;
  readonly lanes: Map<string, Lane>;
  readonly pace: Pace;
  readonly room: SendRoom;
  /** What calls into conversations counted against lately. */
  readonly known: KnownAllowances;
  readonly stopping: AbortController;
  /** Channels whose platform takes no drafts, as it said itself. */
  readonly withoutDrafts: WeakSet<Channel>;
  /** Conversations whose account is not connected, by account. */
  readonly orphans: Map<string, Set<string>>;
}

/** What a lane does behind a step. */
export type Next = 'go-on' | 'nothing' | 'leave';

export function emptyLane(allowances: readonly Allowance[] = []): Lane {
  const wakeUp = new AbortController();
  const nothing = { live: undefined, bubble: undefined, draft: undefined, draftDueAt: 0 };
  return { again: false, ...nothing, wakeUp, allowances };
}

/** Someone else may have set it while the lane waited for the store or the platform. */
export function wasWoken(lane: Lane): boolean {
  return lane.again;
}

/** Sleeps until woken, stopped or `ms` have passed. */
export async function rest({ deps, stopping }: Lanes, lane: Lane, ms: number): Promise<void> {
  if (lane.again) return;
  const signal = AbortSignal.any([stopping.signal, lane.wakeUp.signal]);
  await deps.clock.sleep(Math.max(0, ms), signal).catch(() => {}); // woken early
}

export function toRequest(delivery: Delivery): Parameters<Channel['send']>[0] {
  const { kind, target, body, receipt, idempotencyKey, marked, attempt, createdAt } = delivery;
  const repeats = attempt > 1 ? { since: createdAt } : undefined;
  // An edit whose bubble never came to be is said anew.
  const effective = kind === 'edit' && !receipt ? 'send' : kind;
  return { kind: effective, target, part: body, receipt, idempotencyKey, marked, repeats };
}

/** Who has to wait when the platform asks for it: the whole account, unless it says that only this conversation has. */
export function blockedKey(
  error: unknown,
  { accountId, conversationId }: Pick<Delivery, 'accountId' | 'conversationId'>,
): string {
  const isNarrow = toCuttleError(error).details?.['scope'] === 'conversation';
  return isNarrow ? conversationKey(conversationId) : accountKey(accountId);
}
