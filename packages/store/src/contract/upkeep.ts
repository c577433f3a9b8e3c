import { expect, it } from 'vitest';
import { approvalOf, callOf, principalOf, type World } from './world.ts';

export function describeUpkeep(get: () => World): void {
  it('ends what has expired, in slices, and tells what it woke', async () => {
    const { begin, record, journal, reader, now, advance } = get();
    const run = await begin();
    const { runId, fence } = run;
    const call = callOf(0, { gated: true });
    await journal.recordStep(record(run, 1, { calls: [call] }));
    const reason = { kind: 'approval', ref: 'ap-1' } as const;
    const approvals = [approvalOf('ap-1', call, { expiresAt: now() + 100 })];
    await journal.parkRun({ runId, fence, reason, approvals });
    for (const hash of ['a', 'b', 'c'])
      await journal.putToken({
        hash,
        kind: 'cookie',
        name: hash,
        principal: principalOf('owner'),
        expiresAt: now() + 100,
      });
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 0, events: [] });
    advance(100);
    const first = await journal.sweep({ limit: 2 });
    expect(first).toMatchObject({
      changed: 2,
      events: [{ kind: 'approval.resolve', runId, ref: { approvalId: 'ap-1', detail: 'expired' } }],
    });
    expect(await reader.findRun(runId)).toMatchObject({ state: 'ready' });
    expect(await journal.sweep({ limit: 2 })).toMatchObject({ changed: 2 });
    expect(await journal.sweep({ limit: 2 })).toMatchObject({ changed: 0 });
  });

  it('forgets the shown text of closed steps only', async () => {
    const { begin, complete, journal, reader } = get();
    const done = await begin({ session: 'a' });
    const open = await begin({ session: 'b' });
    for (const { runId, fence } of [done, open])
      await journal.appendDelta({ runId, fence, step: 1, attempt: 1, offset: 0, text: 'shown' });
    await complete(done);
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 1 });
    expect(await reader.readOpenText(open.runId)).toMatchObject({ text: 'shown' });
  });

  it('expires nothing by a clock that jumped, until it is stable', async () => {
    const { journal, reader, now, advance, place, accountId } = get();
    const peer = { channel: 'telegram', accountId, externalId: 'stranger' };
    await journal.putPairing({
      ...peer,
      codeHash: 'hash',
      codeHint: 'A',
      name: undefined,
      conversation: place(),
      expiresAt: now() + 60_000,
    });
    advance(30 * 86_400_000);
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 0 });
    advance(-30 * 86_400_000);
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 0 });
    expect(await reader.findPairing(peer)).toBeDefined();
    advance(61_000);
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 1 });
  });
}
