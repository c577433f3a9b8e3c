import { z } from 'zod';
import { defineMethod } from './method.ts';
import { AllowedReport, ApprovalReport, PairingReport, PeerReport } from './shapes.ts';

/** Who is let in, and what may run. */
export const accessMethods = [
  defineMethod({
    name: 'pairing.list',
    summary: 'People who asked to be let in.',
    scope: 'operator.pairing',
    since: 1,
    params: () => z.looseObject({}),
    result: () => z.object({ pairings: z.array(PairingReport) }),
  }),
  defineMethod({
    name: 'pairing.approve',
    summary: 'Lets the holder of a pairing code in, once.',
    scope: 'operator.pairing',
    since: 1,
    params: () => z.looseObject({ code: z.string().trim().min(4).max(50) }),
    result: () => PeerReport,
  }),
  defineMethod({
    name: 'pairing.refuse',
    summary:
      'Refuses the holder of a pairing code: it no longer works, and they get no other before it ends.',
    scope: 'operator.pairing',
    since: 1,
    params: () => z.looseObject({ code: z.string().trim().min(4).max(50) }),
    result: () => PeerReport,
  }),
  defineMethod({
    name: 'pairing.allowed',
    summary: 'People who were let in by a code, the last first.',
    scope: 'operator.pairing',
    since: 1,
    params: () => z.looseObject({ limit: z.int().min(1).max(1000).default(500) }),
    result: () => z.object({ people: z.array(AllowedReport) }),
  }),
  defineMethod({
    name: 'pairing.revoke',
    summary: 'Takes back that somebody was let in: their next message is a stranger’s again.',
    scope: 'operator.pairing',
    since: 1,
    params: () =>
      z.looseObject({
        channel: z.string().max(50),
        account: z.string().max(100).default('main'),
        sender: z.string().min(1).max(200),
      }),
    result: () => z.object({ ok: z.boolean() }),
  }),
  defineMethod({
    name: 'exec.approvals.list',
    summary: 'Calls that wait for an approval.',
    scope: 'operator.approvals',
    since: 1,
    params: () => z.looseObject({}),
    result: () => z.object({ approvals: z.array(ApprovalReport) }),
  }),
  defineMethod({
    name: 'exec.approvals.resolve',
    summary: 'Approves or denies one call; the first decision wins.',
    scope: 'operator.approvals',
    since: 1,
    params: () =>
      z.looseObject({
        approvalId: z.string().max(100),
        decision: z.enum(['approved', 'denied']),
      }),
    result: () => z.object({ ok: z.literal(true) }),
  }),
] as const;
