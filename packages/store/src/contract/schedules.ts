import type { ScheduleDraft } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { principalOf, type World } from './world.ts';

export function describeSchedules(get: () => World): void {
  const draftOf = (more: Partial<ScheduleDraft> = {}): ScheduleDraft => {
    const { accountId, now, place } = get();
    return {
      scheduleId: 'sched-1',
      key: 'key-1',
      owner: 'person-1',
      sessionKey: 'agent:main:telegram:1',
      agentId: 'main',
      nextAt: now() + 1_000,
      text: 'feed the cat',
      principal: principalOf('person-1'),
      provenance: { door: 'schedule', accountId, trust: 'machine' },
      route: {
        kind: 'push',
        door: 'telegram',
        accountId,
        target: { chat: 'chat-1' },
        chat: 'dm',
      },
      conversation: place(),
      ...more,
    };
  };
  const fire = (
    instant: number,
    revision = 1,
    bounds = { perSession: 100, total: 100 },
  ): ReturnType<World['journal']['fireSchedule']> => {
    const accept = get().input({
      externalId: `schedule:sched-1:${revision}:${instant}`,
      text: 'feed the cat',
      trust: 'machine',
      bounds,
    });
    return get().journal.fireSchedule({ scheduleId: 'sched-1', revision, instant, accept });
  };

  it('keeps a schedule, once per key', async () => {
    const { journal, reader, now } = get();
    const draft = draftOf();
    expect(await journal.putSchedule(draft)).toEqual({ scheduleId: 'sched-1' });
    const again = await journal.putSchedule({ ...draft, scheduleId: 'sched-2', text: 'other' });
    expect(again).toEqual({ scheduleId: 'sched-1' });
    const { key: _key, ...row } = draft;
    expect(await reader.listSchedules({ limit: 10 })).toEqual([{ ...row, revision: 1 }]);
    expect(await reader.listSchedules({ owner: 'person-2', limit: 10 })).toEqual([]);
    expect(await reader.nextScheduleAt()).toBe(now() + 1_000);
  });

  it('finds what is due, the earliest first', async () => {
    const { journal, reader, now } = get();
    expect(await reader.nextScheduleAt()).toBeUndefined();
    for (const [id, inMs] of [
      ['b', 200],
      ['a', 100],
      ['c', 900],
    ] as const)
      await journal.putSchedule(draftOf({ scheduleId: id, key: id, nextAt: now() + inMs }));
    const due = await reader.findDueSchedules({ now: now() + 500, limit: 10 });
    expect(due.map(({ scheduleId }) => scheduleId)).toEqual(['a', 'b']);
  });

  it('fires once: the message and the step forward are one', async () => {
    const { journal, reader, now, advance } = get();
    const { nextAt } = draftOf();
    await journal.putSchedule(draftOf());
    advance(1_000);
    const results = await Promise.all([fire(nextAt), fire(nextAt)]);
    expect(results).toMatchObject([{ kind: 'accepted' }, undefined]);
    expect(await reader.findDueSchedules({ now: now(), limit: 10 })).toEqual([]);
    expect(await reader.nextScheduleAt()).toBeUndefined();
    expect(await journal.putSchedule(draftOf())).toEqual({ scheduleId: 'sched-1' });
    expect(await reader.nextScheduleAt()).toBeUndefined();
  });

  it('fires for no other instant or revision', async () => {
    const { journal } = get();
    await journal.putSchedule(draftOf());
    const { nextAt } = draftOf();
    expect(await fire(nextAt - 1)).toBeUndefined();
    expect(await fire(nextAt, 2)).toBeUndefined();
  });

  it('fires later where the queue is full', async () => {
    const { journal, reader } = get();
    await journal.putSchedule(draftOf());
    const { nextAt } = draftOf();
    const busy = await fire(nextAt, 1, { perSession: 0, total: 0 });
    expect(busy).toMatchObject({ kind: 'busy' });
    expect(await reader.nextScheduleAt()).toBe(nextAt);
    expect(await fire(nextAt)).toMatchObject({ kind: 'accepted' });
  });

  it('is cancelled by its owner alone, and fires no more', async () => {
    const { journal, reader } = get();
    await journal.putSchedule(draftOf());
    const scheduleId = 'sched-1';
    expect(await journal.cancelSchedule({ scheduleId, owner: 'person-2' })).toBe(false);
    expect(await journal.cancelSchedule({ scheduleId, owner: 'person-1' })).toBe(true);
    expect(await journal.cancelSchedule({ scheduleId, owner: 'person-1' })).toBe(false);
    expect(await fire(draftOf().nextAt)).toBeUndefined();
    expect(await reader.listSchedules({ owner: 'person-1', limit: 10 })).toEqual([]);
  });
}
