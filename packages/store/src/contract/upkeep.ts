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

  const dayMs = 86_400_000;
  /** So slowly that the clock is trusted. */
  const wait = async (days: number): Promise<void> => {
    const { advance, journal } = get();
    for (let hour = 0; hour < days * 24; hour += 1) {
      advance(dayMs / 24);
      await journal.sweep({ limit: 0 });
    }
  };

  it('forgets the key of a message a month after it, where the message is gone', async () => {
    const { journal, accept, say, begin, complete, now } = get();
    await complete(await begin({ externalId: 'gone' }));
    await say({ externalId: 'there', session: 'b' });
    const rule = { before: now(), wantChars: 0, keepArchived: true, after: 0, limit: 9 };
    expect((await journal.removeClosedGroups(rule)).groups).toBe(1);
    await wait(29);
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 0 });
    expect(await accept({ externalId: 'gone' })).toMatchObject({ kind: 'duplicate' });
    await wait(2);
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 1 });
    expect(await accept({ externalId: 'there', session: 'b' })).toMatchObject({
      kind: 'duplicate',
    });
    expect(await accept({ externalId: 'gone' })).toMatchObject({ kind: 'accepted' });
  });

  it('forgets a reminder a month after it fired or was cancelled', async () => {
    const { journal, reader, now, newId, input } = get();
    const put = (key: string, inMs: number): Promise<{ scheduleId: string }> => {
      const { sessionKey, agentId, principal, provenance, route } = input();
      const place = { sessionKey, agentId, principal, provenance, route };
      const nextAt = now() + inMs;
      const draft = { scheduleId: newId(), key, owner: 'o', text: 'x', nextAt, ...place };
      return journal.putSchedule({ ...draft, conversation: undefined });
    };
    const { scheduleId } = await put('cancelled', dayMs);
    await put('later', 90 * dayMs);
    expect(await journal.cancelSchedule({ scheduleId, owner: 'o' })).toBe(true);
    expect(await put('cancelled', dayMs)).toEqual({ scheduleId });
    await wait(31);
    expect(await journal.sweep({ limit: 10 })).toMatchObject({ changed: 1 });
    expect((await reader.listSchedules({ owner: 'o', limit: 9 })).length).toBe(1);
    expect(await put('cancelled', dayMs)).not.toEqual({ scheduleId });
  });
}
