import { CuttleError } from '@cuttle/core-types/errors';
import type { PairingRow } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { ChannelStatus } from '@cuttle/runtime';
import { askedToReport } from './approval-report.ts';
import type { Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

export const accessHandlers: Pick<
  Handlers,
  | 'pairing.list'
  | 'pairing.approve'
  | 'pairing.refuse'
  | 'pairing.allowed'
  | 'pairing.revoke'
  | 'exec.approvals.list'
  | 'exec.approvals.resolve'
> = {
  async 'pairing.list'({ store }) {
    const rows = await store.reader.listPairings({ limit: 500 });
    return {
      pairings: rows.map(({ codeHint, accountId, createdAt, expiresAt, ...row }) => ({
        code: codeHint,
        ...toPeer(row),
        accountId,
        createdAt: isoTime(createdAt),
        expiresAt: isoTime(expiresAt),
      })),
    };
  },
  async 'pairing.approve'({ runtime }, { params: { code }, caller }) {
    const by = caller.principal.id;
    return toPeer(await runtime.decidePairing({ code, decision: 'approved', by }));
  },
  async 'pairing.refuse'({ runtime }, { params: { code }, caller }) {
    const by = caller.principal.id;
    return toPeer(await runtime.decidePairing({ code, decision: 'refused', by }));
  },
  async 'pairing.allowed'({ store }, { params: { limit } }) {
    const rows = await store.reader.listAllowed({ limit });
    return {
      people: rows.map(({ since, ...row }) => ({
        ...toPeer(row),
        ...(since !== undefined && { since: isoTime(since) }),
      })),
    };
  },
  async 'pairing.revoke'({ runtime }, { params, caller }) {
    const { channel, account, sender: externalId } = params;
    const by = caller.principal.id;
    const revoked = await runtime.revokePairing({ channel, account, externalId, by });
    if (revoked.length > 0) return { ok: true };
    const isThere = (status: ChannelStatus): boolean =>
      status.channel === channel && status.account === account;
    if (runtime.channels().some(isThere)) return { ok: false };
    throw new CuttleError('channel.not-found', `No account ${channel}/${account} is configured.`);
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

function toPeer({
  channel,
  account,
  externalId: sender,
  name,
}: Pick<PairingRow, 'channel' | 'account' | 'externalId' | 'name'>): ResultOf<'pairing.approve'> {
  return { channel, account, sender, ...(name !== undefined && { name }) };
}
