import { expect, it } from 'vitest';
import type { World } from './world.ts';

export function describeCheckpoints(get: () => World): void {
  it('keeps the last one of each account, in a new life of the store too', async () => {
    const world = get();
    const { journal, reader, accountId } = world;
    const other = { channel: 'telegram', name: 'other', platformId: '7' };
    const { accountId: second } = await journal.openAccount(other);
    expect(await reader.findCheckpoint({ accountId })).toBeUndefined();
    await journal.putCheckpoint({ accountId, checkpoint: { seq: 1 } });
    await journal.putCheckpoint({ accountId, checkpoint: { seq: 2, places: ['a', 'b'] } });
    await journal.putCheckpoint({ accountId: second, checkpoint: 'theirs' });
    await world.reopen();
    expect(await world.reader.findCheckpoint({ accountId })).toEqual({
      seq: 2,
      places: ['a', 'b'],
    });
    expect(await world.reader.findCheckpoint({ accountId: second })).toBe('theirs');
    expect(await world.journal.openAccount(other)).toEqual({ accountId: second });
    expect(await world.reader.findCheckpoint({ accountId: second })).toBe('theirs');
  });

  it('has none for an account that is not there', async () => {
    const { journal, reader } = get();
    await expect(journal.putCheckpoint({ accountId: 'x', checkpoint: 1 })).rejects.toMatchObject({
      code: 'request.not-found',
    });
    expect(await reader.findCheckpoint({ accountId: 'x' })).toBeUndefined();
  });
}
