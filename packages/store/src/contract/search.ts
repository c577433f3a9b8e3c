import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

export function describeSearch(get: () => World): void {
  it('weighs rare words more, and of equal ones the newer', async () => {
    const { begin, complete, reader, advance } = get();
    for (const text of ['apple', 'apple pear', 'apple apple apple', 'apple']) {
      await complete(await begin({ text }), { text: 'no' });
      advance(60_000);
    }
    const { hits } = await reader.searchMessages({ query: 'apple', limit: 10 });
    expect(hits.map(({ entrySeq }) => entrySeq)).toEqual([5, 7, 1, 3]);
    expect(hits[0]).toMatchObject({ snippet: 'apple apple apple', generation: 1 });
    expect(hits[0]?.marks).toEqual([
      [0, 5],
      [6, 11],
      [12, 17],
    ]);
  });

  it('finds what is said after the newest session was deleted', async () => {
    const { begin, complete, reader, journal } = get();
    const find = async (query: string): Promise<string[]> =>
      (await reader.searchMessages({ query, limit: 10 })).hits.map(({ snippet }) => snippet);
    await complete(await begin({ session: 'old', text: 'an old apple' }), { text: 'no' });
    await complete(await begin({ session: 'new', text: 'a new apple' }), { text: 'no' });
    expect(await find('apple')).toEqual(['a new apple', 'an old apple']);
    await journal.removeSession({ sessionKey: 'new', by: 'owner' });
    while ((await journal.sweep({ limit: 100 })).changed > 0);
    await complete(await begin({ session: 'newer', text: 'a newer apple' }), { text: 'no' });
    expect(await find('apple')).toEqual(['a newer apple', 'an old apple']);
  });

  it('finds a session by its key and its title, as they are now', async () => {
    const { say, reader, journal } = get();
    const find = async (search: string): Promise<string[]> =>
      (await reader.listSessions({ search, limit: 10 })).sessions.map(
        ({ sessionKey }) => sessionKey,
      );
    const name = (sessionKey: string, title: string | null) =>
      journal.patchSession({ sessionKey, agentId: 'main', title });
    await say({ session: 'agent:main:harbour' });
    expect(await find('harb')).toEqual(['agent:main:harbour']);
    await name('agent:main:harbour', 'Tides');
    expect(await find('tide')).toEqual(['agent:main:harbour']);
    // One that was named before anybody looked.
    await say({ session: 'agent:main:quay' });
    await name('agent:main:quay', 'Boats');
    await name('agent:main:quay', 'Ships');
    expect([await find('boat'), await find('ship'), await find('quay')]).toEqual([
      [],
      ['agent:main:quay'],
      ['agent:main:quay'],
    ]);
    await name('agent:main:harbour', null);
    expect([await find('tide'), await find('harbour')]).toEqual([[], ['agent:main:harbour']]);
    await name('agent:main:pier', null);
    await journal.removeSession({ sessionKey: 'agent:main:pier', by: 'owner' });
    expect(await find('pier')).toEqual([]);
    expect(await find('removed')).toEqual([]);
  });

  it('goes through all hits page by page, while others are added', async () => {
    const { begin, complete, reader } = get();
    for (let n = 0; n < 12; n += 1) await complete(await begin({ text: `find ${n}` }));
    const seen: number[] = [];
    let before: string | undefined;
    do {
      const page = await reader.searchMessages({ query: 'find', limit: 5, before });
      seen.push(...page.hits.map(({ entrySeq }) => entrySeq));
      before = page.next;
    } while (before !== undefined);
    expect(seen.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 12 }, (_, n) => 2 * n + 1),
    );
    const wrong = reader.searchMessages({ query: 'find', limit: 5, before: 'nonsense' });
    expect(await codeOf(wrong)).toBe('request.invalid');
  });

  it('keeps to a session, an agent, a person, a channel and a time', async () => {
    const { begin, complete, reader, advance, now, accountId, journal } = get();
    const ann = `person:telegram:${accountId}:1`;
    await complete(await begin({ session: 'a', agentId: 'main', principal: ann, text: 'tide' }), {
      text: 'tide of ann',
    });
    advance(3_600_000);
    const middle = now();
    advance(3_600_000);
    await complete(await begin({ session: 'b', agentId: 'other', principal: 'p2', text: 'tide' }), {
      text: 'no',
    });
    await journal.setIdentityAccess({
      channel: 'telegram',
      accountId,
      externalId: '1',
      access: 'allowed',
    });
    const identity = await reader.findIdentity({ channel: 'telegram', accountId, externalId: '1' });
    const places = async (
      more: Partial<Parameters<typeof reader.searchMessages>[0]>,
    ): Promise<readonly string[]> => {
      const { hits } = await reader.searchMessages({ query: 'tide', limit: 9, ...more });
      return hits.map(({ sessionKey, entrySeq }) => `${sessionKey} ${entrySeq}`).toSorted();
    };
    const all = ['a 1', 'a 2', 'b 1'];
    expect(await places({})).toEqual(all);
    expect(await places({ agentId: 'main' })).toEqual(['a 1', 'a 2']);
    expect(await places({ person: ann })).toEqual(['a 1', 'a 2']);
    expect(await places({ person: identity?.personId ?? '' })).toEqual(['a 1', 'a 2']);
    expect(await places({ person: 'p2' })).toEqual(['b 1']);
    expect(await places({ channel: 'telegram' })).toEqual(all);
    expect(await places({ channel: 'slack' })).toEqual([]);
    expect(await places({ since: middle })).toEqual(['b 1']);
    expect(await places({ until: middle })).toEqual(['a 1', 'a 2']);
    expect(await places({ agentId: 'main', person: 'p2' })).toEqual([]);
  });
}
