import type { Kernel } from './kernel.ts';

/**
 * Tells who listens to the session at the top, and to the one that asked for it, that a sub-agent waits for an approval: they follow no
 * session below. Live only, as the rows tell it to who reads. Never rejects.
 */
export async function tellAbove(kernel: Kernel, subagentId: string): Promise<void> {
  const { reader } = kernel.store;
  try {
    const row = await reader.findSubagent(subagentId);
    const root = row && (await reader.findRun(row.rootRunId));
    if (!row || !root) return;
    const parent = { sessionId: row.parentSessionId, sessionKey: row.parentSessionKey };
    const above = root.sessionId === parent.sessionId ? [parent] : [root, parent];
    for (const { sessionId, sessionKey } of above)
      kernel.hub.publishSession({
        sessionId,
        sessionKey,
        kind: 'subagent',
        eventSeq: undefined,
        subagentId,
      });
  } catch (error) {
    kernel.log.warn('What a sub-agent asks was not told live.', { error, subagentId });
  }
}
