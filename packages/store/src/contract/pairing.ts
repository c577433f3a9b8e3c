import type { PairingDecision, PairingDraft } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import type { World } from './world.ts';

export function describePairing(get: () => World): void {
  const pairingOf = (more: Partial<PairingDraft> = {}): PairingDraft => ({
    codeHash: 'hash-1',
    codeHint: 'AB..',
    channel: 'telegram',
    accountId: get().accountId,
    externalId: 'stranger',
    name: 'Ann',
    conversation: get().place(),
    expiresAt: get().now() + 60_000,
    ...more,
  });
  const decisionOf = (more: Partial<PairingDecision> = {}): PairingDecision => ({
    codeHash: 'hash-1',
    decision: 'approved',
    by: 'owner',
    outbound: [],
    guesses: { key: 'guess:owner', windowMs: 10_000, most: 3 },
    ...more,
  });
  const peer = (): { channel: string; accountId: string; externalId: string } => ({
    channel: 'telegram',
    accountId: get().accountId,
    externalId: 'stranger',
  });
  const decide = (
    more: Partial<PairingDecision> = {},
  ): ReturnType<World['journal']['decidePairing']> => get().journal.decidePairing(decisionOf(more));

  it('lets a stranger in by a code that works once', async () => {
    const { journal, reader, draft, now } = get();
    await journal.putPairing(pairingOf());
    const waiting = {
      codeHint: 'AB..',
      name: 'Ann',
      createdAt: now(),
      conversation: get().place(),
    };
    expect(await reader.listPairings({ limit: 10 })).toMatchObject([waiting]);
    expect(await reader.findPairingByCode({ codeHash: 'hash-1' })).toMatchObject(waiting);
    const approve = { outbound: [draft({ origin: 'pair:1' })] };
    const approved = await decide(approve);
    expect(approved).toMatchObject({
      kind: 'decided',
      identity: { ...peer(), name: 'Ann', access: 'allowed' },
    });
    expect(approved.conversations).toHaveLength(1);
    expect(await decide(approve)).toMatchObject({ kind: 'unknown', conversations: [] });
    expect(await reader.findIdentity(peer())).toMatchObject({ access: 'allowed' });
    expect(await reader.findPairing(peer())).toBeUndefined();
    expect(await reader.readAudit({ limit: 10 })).toMatchObject([
      { kind: 'pairing.approve', principal: 'owner', details: peer() },
    ]);
  });

  it('gives a sender one code at a time, that ends', async () => {
    const { journal, reader, advance } = get();
    await journal.putPairing(pairingOf());
    await journal.putPairing(pairingOf({ codeHash: 'hash-2', codeHint: 'CD..' }));
    expect(await reader.findPairing(peer())).toMatchObject({ codeHint: 'CD..' });
    expect(await decide()).toMatchObject({ kind: 'unknown' });
    advance(60_000);
    expect(await reader.findPairing(peer())).toBeUndefined();
    expect(await reader.listPairings({ limit: 10 })).toEqual([]);
    expect(await reader.findPairingByCode({ codeHash: 'hash-2' })).toBeUndefined();
    expect(await decide({ codeHash: 'hash-2' })).toMatchObject({ kind: 'unknown' });
  });

  it('keeps a refused code to its end, good for nothing', async () => {
    const { journal, reader, advance } = get();
    await journal.putPairing(pairingOf());
    expect(await decide({ decision: 'refused' })).toMatchObject({
      kind: 'decided',
      identity: { ...peer(), access: 'none' },
    });
    expect(await decide()).toMatchObject({ kind: 'unknown' });
    expect(await reader.listPairings({ limit: 10 })).toEqual([]);
    expect(await reader.findPairing(peer())).toMatchObject({ codeHint: 'AB..' });
    expect(await reader.readAudit({ limit: 10 })).toMatchObject([
      { kind: 'pairing.refuse', principal: 'owner', details: peer() },
    ]);
    advance(60_000);
    await journal.putPairing(pairingOf({ codeHash: 'hash-2' }));
    expect(await decide({ codeHash: 'hash-2' })).toMatchObject({ kind: 'decided' });
  });

  it('takes no code after too many wrong ones, until their window is over', async () => {
    const { journal, now, advance } = get();
    await journal.putPairing(pairingOf());
    const began = now();
    for (const codeHash of ['w1', 'w2', 'w3'])
      expect(await decide({ codeHash })).toMatchObject({ kind: 'unknown' });
    advance(5000);
    const until = began + 10_000;
    expect(await decide()).toMatchObject({ kind: 'locked', until });
    expect(await decide({ codeHash: 'w4' })).toMatchObject({ kind: 'locked', until });
    const other = { key: 'guess:other', windowMs: 10_000, most: 3 };
    expect(await decide({ codeHash: 'w5', guesses: other })).toMatchObject({ kind: 'unknown' });
    advance(5000);
    expect(await decide()).toMatchObject({ kind: 'decided' });
  });

  it('decides a code with the command that names it, and counts a wrong one', async () => {
    const { journal, reader, say, draft } = get();
    await journal.putPairing(pairingOf());
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/pair' });
    const settle = (
      codeHash: string,
      more: object = {},
    ): ReturnType<World['journal']['settleCommand']> =>
      journal.settleCommand({
        inboundId,
        reply: 'in',
        outbound: [],
        pairing: decisionOf({ codeHash, outbound: [draft({ origin: 'pair:1' })], ...more }),
      });
    for (const codeHash of ['w1', 'w2'])
      expect(await settle(codeHash)).toMatchObject({ settled: false, stale: 'unknown' });
    const settled = await settle('hash-1');
    expect(settled).toMatchObject({ settled: true });
    expect(settled.conversations).toHaveLength(1);
    expect(await settle('hash-1')).toMatchObject({ settled: false });
    expect(await reader.listAllowed({ limit: 5 })).toHaveLength(1);
    const late = await say({ verdict: { kind: 'control' }, text: '/pair' });
    const words = { inboundId: late.inboundId, reply: 'in', outbound: [] };
    const wrong = { ...words, pairing: decisionOf({ codeHash: 'w3' }) };
    expect(await journal.settleCommand(wrong)).toMatchObject({ stale: 'unknown' });
    const locked = await journal.settleCommand(wrong);
    expect(locked.stale).toMatch(/^locked:\d+$/);
  });

  it('lists who was let in, the last first, by the name of the account', async () => {
    const { journal, reader, now, advance, accountId } = get();
    const allow = (externalId: string, access: 'allowed' | 'none' = 'allowed'): Promise<void> =>
      journal.setIdentityAccess({
        channel: 'telegram',
        accountId,
        externalId,
        access,
        by: 'owner',
      });
    await allow('ann');
    advance(1000);
    await allow('bob');
    await allow('eve');
    await allow('eve', 'none');
    const { account = '' } = (await reader.listAllowed({ limit: 1 }))[0] ?? {};
    const [bob, ann] = ['bob', 'ann'].map((externalId, index) => ({
      channel: 'telegram',
      account,
      accountId,
      externalId,
      name: undefined,
      since: now() - index * 1000,
    }));
    expect(account).not.toBe('');
    expect(await reader.listAllowed({ limit: 10 })).toEqual([bob, ann]);
    expect(await reader.listAllowed({ limit: 1 })).toEqual([bob]);
    const place = { channel: 'telegram', account };
    expect(await reader.findAllowed({ ...place, externalId: 'ann' })).toEqual([ann]);
    expect(await reader.findAllowed({ ...place, externalId: 'eve' })).toEqual([]);
    const other = { ...place, account: 'other', externalId: 'ann' };
    expect(await reader.findAllowed(other)).toEqual([]);
  });

  it('knows where somebody last wrote to us alone', async () => {
    const { journal, reader, input, say, place, accountId } = get();
    const identity = { channel: 'telegram', externalId: 'ann', name: 'Ann' };
    const ann = { channel: 'telegram', accountId, externalId: 'ann' };
    const { target } = place('group');
    const route = { kind: 'push', door: 'telegram', accountId, target, chat: 'group' } as const;
    await journal.acceptInbound({ ...input({ identity, place: 'group' }), route });
    expect(await reader.findDirect(ann)).toBeUndefined();
    await say({ identity, place: 'chat-2' });
    await say({ identity, place: 'chat-1' });
    expect(await reader.findDirect(ann)).toEqual(place('chat-1'));
  });

  it('counts what is limited with a code, window by window', async () => {
    const { journal, reader, advance } = get();
    const tally = { key: 'codes:x', windowMs: 5000 };
    const put = (): Promise<void> => journal.putPairing(pairingOf({ tallies: [tally] }));
    expect(await reader.findTally(tally)).toBe(0);
    await put();
    await put();
    expect(await reader.findTally(tally)).toBe(2);
    advance(5000);
    expect(await reader.findTally(tally)).toBe(0);
    await put();
    expect(await reader.findTally(tally)).toBe(1);
    advance(86_400_000);
    await journal.sweep({ limit: 10 });
    await journal.sweep({ limit: 10 });
    expect(await reader.findTally({ ...tally, windowMs: 1e12 })).toBe(0);
  });
}
