import type { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { hashToken } from '@cuttle/security';
import { authorise } from '@cuttle/security/policy';
import type { Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';
import { createRateLimit } from '../rate-limit.ts';

export type WorkerHandlers = Pick<
  Handlers,
  'workers.claim' | 'workers.report' | 'workers.finish' | 'workers.token' | 'workers.revoke'
>;

const dayMs = 86_400_000;

/** What programs outside ask for while they work for agents, and the tokens they do it with. */
export function createWorkerHandlers(): WorkerHandlers {
  const limit = createRateLimit({ points: 1_200, seconds: 60 });
  const hold = async ({ id }: Principal): Promise<string> => {
    const retryAfterMs = await limit.take(id);
    if (retryAfterMs === undefined) return id;
    throw new CuttleError('request.rate-limited', 'Too many reports in this minute.', {
      retryAfterMs,
    });
  };
  return {
    async 'workers.claim'({ runtime }, { params, caller }, signal) {
      requireWorker(caller.principal, params.worker);
      const { worker, idempotencyKey: key, leaseMs, waitMs } = params;
      const holder = await hold(caller.principal);
      const task = await runtime.workers.claim({ worker, holder, key, leaseMs, waitMs }, signal);
      if (!task) return {};
      const { taskId, fence, label, attempt, deadlineAt } = task;
      return {
        task: {
          taskId,
          fence,
          label,
          text: task.task,
          attempt,
          leaseUntil: isoTime(task.leaseUntil),
          ...(deadlineAt !== undefined && { deadlineAt: isoTime(deadlineAt) }),
        },
      };
    },
    async 'workers.report'({ runtime }, { params, caller }) {
      const { taskId, fence, seq, text, progress } = params;
      const place = { taskId, fence, holder: await hold(caller.principal) };
      const { kind, acked } = await runtime.workers.report({ ...place, seq, text, progress });
      return { acked, stopped: kind === 'stopped' };
    },
    async 'workers.finish'({ runtime }, { params, caller }) {
      const { taskId, fence, seq, outcome, text } = params;
      const place = { taskId, fence, holder: await hold(caller.principal) };
      const end = await runtime.workers.finish({ ...place, seq, outcome, text });
      return { acked: end.acked, stopped: end.kind === 'stopped', ended: end.ended };
    },
    ...tokenHandlers,
  };
}

const tokenHandlers: Pick<WorkerHandlers, 'workers.token' | 'workers.revoke'> = {
  async 'workers.token'({ store, clock, newId, newSecret }, { params, caller }) {
    const { worker, expiresInDays } = params;
    const token = newSecret();
    const expiresAt = expiresInDays === undefined ? undefined : clock.now() + expiresInDays * dayMs;
    const principal: Principal = {
      id: `worker:${worker}:${newId()}`,
      kind: 'client',
      worker,
      scopes: ['workers'],
    };
    const hash = await hashToken(token);
    const draft = { hash, kind: 'api', name: tokenName(worker), principal, expiresAt } as const;
    await store.journal.putToken(draft);
    const details = { worker, token: principal.id };
    const by = caller.principal.id;
    await store.journal.appendAudit({ kind: 'worker.token', principal: by, details });
    return { token, ...(expiresAt !== undefined && { expiresAt: isoTime(expiresAt) }) };
  },
  async 'workers.revoke'({ store }, { params: { worker }, caller }) {
    const revoked = await store.journal.removeTokens({ kind: 'api', name: tokenName(worker) });
    const details = { worker, revoked };
    const by = caller.principal.id;
    await store.journal.appendAudit({ kind: 'worker.revoke', principal: by, details });
    return { revoked };
  },
};

function tokenName(worker: string): string {
  return `worker:${worker}`;
}

/** Throws `access.denied` for a token of other workers. What a lease is bound to is checked with the lease. */
function requireWorker(principal: Principal, name: string): void {
  const decision = authorise(principal, 'task.work', { kind: 'worker', name });
  if (decision.kind === 'allow') return;
  throw new CuttleError('access.denied', `This token is not for workers "${name}".`);
}
