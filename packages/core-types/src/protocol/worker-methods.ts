import { z } from 'zod';
import { defineMethod } from './method.ts';

/** What workers may be called: a name of small letters, digits, `-` and `_`. */
export const WorkerName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/);

const place = {
  taskId: z.string().max(100),
  fence: z.string().max(100),
};
const seq = z.int().max(1_000_000);
const text = z.string().max(20_000);

/** A program outside works on a task of an agent, and reports. */
export const workerMethods = [
  defineMethod({
    name: 'workers.claim',
    summary:
      'The oldest waiting task of a worker’s name, under a lease; each report renews it. The same `idempotencyKey` again gives the same task. Without `task` none came in `waitMs`.',
    scope: 'workers',
    since: 1,
    params: () =>
      z.looseObject({
        worker: WorkerName,
        idempotencyKey: z.string().min(1).max(200),
        leaseMs: z.int().min(1_000).max(3_600_000).default(60_000),
        waitMs: z.int().min(0).max(60_000).default(0),
      }),
    result: () =>
      z.object({
        task: z
          .object({
            taskId: z.string(),
            fence: z.string(),
            label: z.string(),
            text: z.string(),
            /** 1 for the first lease; more where one before was lost. */
            attempt: z.int(),
            leaseUntil: z.iso.datetime(),
            deadlineAt: z.iso.datetime().optional(),
          })
          .optional(),
      }),
  }),
  defineMethod({
    name: 'workers.report',
    summary:
      'A report under a lease, numbered from 1; `seq` 0 is a sign of life. `acked` is the newest that was taken: what comes after it is to be sent again. `stopped`: nobody wants more.',
    scope: 'workers',
    since: 1,
    params: () =>
      z.looseObject({
        ...place,
        seq: seq.min(0),
        /** A paragraph of the result. */
        text: text.optional(),
        /** How far it is, for people. */
        progress: z.string().max(500).optional(),
      }),
    result: () => z.object({ acked: z.int(), stopped: z.boolean() }),
  }),
  defineMethod({
    name: 'workers.finish',
    summary:
      'The last report: the agent that gave the task is told, once. `ended` is false where reports before it are missing.',
    scope: 'workers',
    since: 1,
    params: () =>
      z.looseObject({
        ...place,
        seq: seq.min(1),
        outcome: z.enum(['completed', 'failed']),
        text: text.default(''),
      }),
    result: () => z.object({ acked: z.int(), stopped: z.boolean(), ended: z.boolean() }),
  }),
  defineMethod({
    name: 'workers.token',
    summary:
      'A new token for workers of one name, which reaches nothing but their tasks. It is told once.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        worker: WorkerName,
        expiresInDays: z.int().min(1).max(3650).optional(),
      }),
    result: () => z.object({ token: z.string(), expiresAt: z.iso.datetime().optional() }),
  }),
  defineMethod({
    name: 'workers.revoke',
    summary: 'Takes back every token of a worker’s name.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ worker: WorkerName }),
    result: () => z.object({ revoked: z.int() }),
  }),
] as const;
