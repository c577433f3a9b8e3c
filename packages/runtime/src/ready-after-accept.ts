import type { QueueMode } from '@cuttle/core-types';
import type { AcceptResult } from '@cuttle/core-types/ports';
import { interruptSession } from './interrupt.ts';
import type { Kernel } from './kernel.ts';
import { publishWithdrawn } from './publish-rows.ts';

/** Wakes what an accepted message concerns: its session's queue and the conversations that got a notice. */
export function readyAfterAccept(
  kernel: Kernel,
  {
    sessionKey,
    text,
    mode,
    isControl,
    isClaimed = false,
  }: {
    sessionKey: string;
    text: string;
    mode: QueueMode;
    isControl: boolean;
    /** `claimWithMessage` has asked for the session's run place already. */
    isClaimed?: boolean;
  },
  result: AcceptResult,
): void {
  if (result.kind === 'duplicate' || result.kind === 'conflict') return;
  for (const conversationId of result.conversations) kernel.dispatcher.wake(conversationId);
  if (result.kind !== 'accepted') return;
  const { sessionId, inboundId } = result;
  const eventSeq = result.events.find(({ kind }) => kind === 'inbound')?.seq;
  kernel.hub.publishSession({
    sessionId,
    sessionKey,
    kind: isControl ? 'command' : 'inbound',
    eventSeq,
    inboundId,
    text,
  });
  if (!isControl) wakeSession(kernel, { sessionKey, mode, isClaimed }, result);
}

function wakeSession(
  kernel: Kernel,
  { sessionKey, mode, isClaimed }: { sessionKey: string; mode: QueueMode; isClaimed: boolean },
  { sessionId, freed, events }: Extract<AcceptResult, { kind: 'accepted' }>,
): void {
  if (freed) publishWithdrawn(kernel, { sessionKey, ...freed }, events);
  if (mode === 'interrupt' && (freed || kernel.active.find(sessionId)))
    interruptSession(kernel, sessionId);
  // A run that was freed to be interrupted is not begun again before that.
  if (!isClaimed && (mode !== 'interrupt' || !freed)) kernel.sessions.wake(sessionId);
}
