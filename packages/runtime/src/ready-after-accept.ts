import type { QueueMode } from '@cuttle/core-types';
import type { AcceptResult } from '@cuttle/core-types/ports';
import { interruptSession } from './interrupt.ts';
import type { Kernel } from './kernel.ts';

/** Wakes what an accepted message concerns: its session's queue and the conversations that got a notice. */
export function readyAfterAccept(
  kernel: Kernel,
  {
    sessionKey,
    text,
    mode,
    isControl,
  }: { sessionKey: string; text: string; mode: QueueMode; isControl: boolean },
  result: AcceptResult,
): void {
  if (result.kind === 'duplicate' || result.kind === 'conflict') return;
  for (const conversationId of result.conversations) kernel.dispatcher.wake(conversationId);
  if (result.kind !== 'accepted') return;
  const { sessionId, inboundId } = result;
  const eventSeq = result.events.at(-1)?.seq;
  kernel.hub.publishSession({
    sessionId,
    sessionKey,
    kind: isControl ? 'command' : 'inbound',
    eventSeq,
    inboundId,
    text,
  });
  if (isControl) return;
  if (mode === 'interrupt' && kernel.active.find(sessionId)) interruptSession(kernel, sessionId);
  kernel.sessions.wake(sessionId);
}
