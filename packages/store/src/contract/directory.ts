import type { DirectoryPage, DirectoryQuestion } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import type { World } from './world.ts';

export function describeDirectory(get: () => World): void {
  const find = (more: Partial<DirectoryQuestion> = {}): Promise<DirectoryPage> =>
    get().reader.findSeen({
      channel: 'telegram',
      accountId: get().accountId,
      query: '',
      kind: 'people',
      limit: 10,
      ...more,
    });
  const write = (externalId: string, name?: string) =>
    get().accept({ identity: { channel: 'telegram', externalId, name } });

  it('finds the people who wrote to an account by words of their names and by their ids', async () => {
    await write('7002', 'Ben');
    await write('7001', 'Anna MÜLLER');
    await write('7003');
    const anna = { id: '7001', name: 'Anna MÜLLER', kind: 'people' };
    expect(await find()).toEqual({
      rows: [
        anna,
        { id: '7002', name: 'Ben', kind: 'people' },
        { id: '7003', name: '7003', kind: 'people' },
      ],
      more: false,
    });
    expect(await find({ query: 'müller  @anna' })).toEqual({ rows: [anna], more: false });
    expect((await find({ query: '7003' })).rows).toHaveLength(1);
    expect((await find({ query: '%' })).rows).toEqual([]);
    expect(await find({ limit: 1 })).toEqual({ rows: [anna], more: true });
  });

  it('finds groups once, whatever their threads, and neither private chats nor what other accounts know', async () => {
    const { journal, input, place } = get();
    for (const key of ['-1001:5', '-1001', '-1002:1'])
      await journal.acceptInbound({ ...input(), conversation: { ...place(key), group: true } });
    await write('7001', 'Anna');
    const { accountId } = await journal.openAccount({
      channel: 'telegram',
      name: 'other',
      platformId: '4343',
    });
    expect((await find({ kind: 'groups' })).rows).toEqual([
      { id: '-1001', name: '-1001', kind: 'groups' },
      { id: '-1002', name: '-1002', kind: 'groups' },
    ]);
    for (const kind of ['people', 'groups'] as const)
      expect(
        await get().reader.findSeen({ channel: 'telegram', accountId, query: '', kind, limit: 5 }),
      ).toEqual({ rows: [], more: false });
  });
}
