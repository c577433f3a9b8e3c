import type { Client, FollowedSession } from '@cuttle/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { WaitingApproval } from '../timeline/live-turns.ts';

/**
 * The calls of a session that wait for an approval. A run tells of them as it parks; a page opened later asks for the list.
 */
export interface Approvals {
  readonly waiting: ReadonlySignal<readonly WaitingApproval[]>;
  /** The session changed: asks again where the list may have changed with it. */
  look(session: FollowedSession): void;
  decide(approvalId: string, decision: 'approved' | 'denied'): Promise<void>;
}

export function createApprovals(client: Pick<Client, 'call'>, end: AbortSignal): Approvals {
  const waiting = signal<readonly WaitingApproval[]>([]);
  let lookedAt = '';
  const load = async (sessionKey: string): Promise<void> => {
    const { approvals } = await client.call('exec.approvals.list', {}, end);
    waiting.value = approvals.filter(
      (one) => one.sessionKey === sessionKey && one.state === 'pending',
    );
  };
  return {
    waiting,
    look({ sessionKey, phase, activeRunId, runs }) {
      const run = runs.find(({ runId }) => runId === activeRunId);
      const state = `${phase} ${activeRunId} ${run?.view.waiting} ${run?.approvals.length}`;
      if (phase !== 'live' || state === lookedAt) return;
      lookedAt = state;
      if (activeRunId === undefined) {
        waiting.value = [];
        return;
      }
      load(sessionKey).catch((error: unknown) => {
        // The run itself still shows what it asks for; a lost connection asks again when it is back.
        if (!end.aborted && isCuttleError(error)) lookedAt = '';
      });
    },
    async decide(approvalId, decision) {
      await client.call('exec.approvals.resolve', { approvalId, decision }, end);
      waiting.value = waiting.value.filter((one) => one.approvalId !== approvalId);
    },
  };
}
