import { CuttleError } from '@cuttle/core-types/errors';
import { askedToReport } from './approval-report.ts';
import type { Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

export const accessHandlers: Pick<
  Handlers,
  | 'pairing.list'
  | 'pairing.approve'
  | 'pairing.revoke'
  | 'exec.approvals.list'
  | 'exec.approvals.resolve'
> = {
  async 'pairing.list'({ store }) {
    const rows = await store.reader.listPairings({ limit: 500 });
    return {
      pairings: rows.map(
        ({ codeHint, channel, accountId, externalId, name, createdAt, expiresAt }) => ({
          code: codeHint,
          channel,
          accountId,
          sender: externalId,
          ...(name !== undefined && { name }),
          createdAt: isoTime(createdAt),
          expiresAt: isoTime(expiresAt),
        }),
      ),
    };
  },
  async 'pairing.approve'({ runtime }, { params, caller }) {
    const { channel, externalId, name } = await runtime.approvePairing({
      code: params.code,
      by: caller.principal.id,
    });
    return { channel, sender: externalId, ...(name !== undefined && { name }) };
  },
  async 'pairing.revoke'({ store, runtime }, { params, caller }) {
    const { channel, account, sender: externalId } = params;
    const known = runtime
      .channels()
      .find((status) => status.channel === channel && status.account === account);
    if (known?.accountId === undefined)
      throw new CuttleError('channel.not-found', `${channel}/${account} is not connected.`);
    const peer = { channel, accountId: known.accountId, externalId };
    const identity = await store.reader.findIdentity(peer);
    if (identity?.access !== 'allowed') return { ok: false };
    await store.journal.setIdentityAccess({ ...peer, access: 'none', by: caller.principal.id });
    return { ok: true };
  },
  async 'exec.approvals.list'({ store }) {
    const rows = await store.reader.listApprovals({ limit: 500 });
    return { approvals: rows.map(askedToReport) };
  },
  async 'exec.approvals.resolve'({ runtime }, { params, caller }) {
    await runtime.decideApproval({ ...params, principal: caller.principal });
    return { ok: true };
  },
};
