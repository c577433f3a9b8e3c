import { isCuttleError } from '@cuttle/core-types/errors';
import { wakeAfter } from './broadcast.ts';
import type { Kernel } from './kernel.ts';
import { countEnded } from './count-cuts.ts';
import { runControl } from './control.ts';
import { stopRun } from './stop-run.ts';
import { renewLeases } from './worker-leases.ts';

/**
 * Reads the rows of the last life and goes on: commands first, then requests whose client is gone are closed,
 * then sessions and conversations are woken. Everything else follows from the state of each row. Messages may be accepted
 * meanwhile, but start the sessions only afterwards: a run that begins before the commands have acted would be out of their reach.
 */
export async function recover(kernel: Kernel): Promise<void> {
  const [work] = await Promise.all([kernel.store.reader.findWork(), kernel.dispatcher.recall()]);
  for (const row of work.controls) {
    kernel.point('recover.each');
    await runControl(kernel, row).catch((error: unknown) => {
      if (isCuttleError(error, 'store.failed')) throw error;
      // One command that cannot be done must not keep all other messages from their answers.
      const { inboundId } = row;
      kernel.log.error('A command failed; it is tried again at the next start.', {
        error,
        inboundId,
      });
    });
  }
  for (const { sessionId } of work.statelessRuns) {
    kernel.point('recover.each');
    const session = await kernel.store.reader.findSessionById(sessionId);
    if (session)
      await stopRun(kernel, {
        sessionId,
        sessionKey: session.sessionKey,
        by: 'disconnect',
        cancelQueued: true,
      });
  }
  if (work.leased) await renewLeases(kernel);
  await countEnded(kernel);
  for (const conversationId of work.conversations) kernel.dispatcher.wake(conversationId);
  for (const sessionId of work.cutTogether) kernel.cutTogether.add(sessionId);
  kernel.sessions.suspect(work.suspects);
  for (const sessionId of work.sessions) kernel.sessions.wake(sessionId);
  for (const { sessionId, after } of work.following) wakeAfter(kernel, sessionId, after);
  const found = {
    sessions: work.sessions.length,
    suspects: work.suspects.length,
    conversations: work.conversations.length,
    commands: work.controls.length,
    closed: work.statelessRuns.length,
  };
  if (Object.values(found).some((count) => count > 0))
    kernel.log.info('Went on where the last life ended.', found);
}
