import { expect, it } from 'vitest';
import type { World } from './world.ts';

export function describeValues(get: () => World): void {
  it('puts, finds and removes a value', async () => {
    const { journal, reader, now } = get();
    const key = { namespace: 'notes', key: 'a' };
    await journal.putValue({ ...key, value: { text: 'one', list: [1, null, true] } });
    expect(await reader.findValue(key)).toEqual({
      key: 'a',
      value: { text: 'one', list: [1, null, true] },
      updatedAt: now(),
    });
    await journal.putValue({ ...key, value: null });
    expect(await reader.findValue(key)).toMatchObject({ value: null });
    expect(await journal.removeValue(key)).toBe(true);
    expect(await journal.removeValue(key)).toBe(false);
    expect(await reader.findValue(key)).toBeUndefined();
  });

  it('lets a put of one call take effect once, whatever happened since', async () => {
    const { journal, reader } = get();
    const key = { namespace: 'notes', key: 'a' };
    const put = { ...key, once: 'run:1:0' };
    await Promise.all([
      journal.putValue({ ...put, value: 'first' }),
      journal.putValue({ ...put, value: 'again' }),
    ]);
    expect(await reader.findValue(key)).toMatchObject({ value: 'first' });
    await journal.putValue({ ...key, value: 'changed' });
    await journal.putValue({ ...put, value: 'again' });
    expect(await reader.findValue(key)).toMatchObject({ value: 'changed' });
    await journal.removeValue(key);
    await journal.putValue({ ...put, value: 'again' });
    expect(await reader.findValue(key)).toBeUndefined();
  });

  it('lists a namespace by key, page by page', async () => {
    const { journal, reader } = get();
    for (const key of ['c', 'a', 'b']) await journal.putValue({ namespace: 'n', key, value: key });
    await journal.putValue({ namespace: 'm', key: 'x', value: 'x' });
    const keys = async (after?: string): Promise<string[]> =>
      (await reader.listValues({ namespace: 'n', after, limit: 2 })).map(({ key }) => key);
    expect(await keys()).toEqual(['a', 'b']);
    expect(await keys('b')).toEqual(['c']);
  });

  it('finds values by their words, within a namespace', async () => {
    const { journal, reader } = get();
    const namespace = 'agent:main:memory';
    await journal.putValue({ namespace, key: 'cat', value: { text: 'The cat is called Miezi' } });
    await journal.putValue({ namespace, key: 'dog', value: { text: 'No dog' } });
    await journal.putValue({ namespace: 'other', key: 'cat', value: 'Miezi' });
    const find = async (query: string): Promise<string[]> =>
      (await reader.searchValues({ namespace, query, limit: 10 })).map(({ key }) => key);
    expect(await find('miezi')).toEqual(['cat']);
    expect(await find('dog')).toEqual(['dog']);
    expect(await find('')).toEqual([]);
    expect(await find('" OR *')).toEqual([]);
    await journal.putValue({ namespace, key: 'cat', value: 'gone' });
    expect(await find('miezi')).toEqual([]);
    await journal.removeValue({ namespace, key: 'dog' });
    expect(await find('dog')).toEqual([]);
  });

  it('keeps an audit, the newest first', async () => {
    const { journal, reader, now } = get();
    await journal.appendAudit({ kind: 'config.change', principal: 'owner', details: { n: 1 } });
    await journal.appendAudit({ kind: 'token.made', principal: 'owner', details: null });
    expect(await reader.readAudit({ limit: 10 })).toEqual([
      { at: now(), kind: 'token.made', principal: 'owner', details: null },
      { at: now(), kind: 'config.change', principal: 'owner', details: { n: 1 } },
    ]);
  });
}
