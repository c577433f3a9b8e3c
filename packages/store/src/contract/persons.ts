import type { Identity, LinkAddress } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { codeOf, type World } from './world.ts';

export function describePersons(get: () => World): void {
  const telegram: LinkAddress = { channel: 'telegram', account: '', externalId: '42' };
  const discord: LinkAddress = { channel: 'discord', account: '', externalId: '7' };
  const link = (label: string, address: LinkAddress) =>
    get().journal.linkPerson({ label, address, by: 'owner' });
  const unlink = (address: LinkAddress): Promise<boolean> =>
    get().journal.unlinkPerson({ address, by: 'owner' });
  const speak = async (externalId: string, channel = 'telegram'): Promise<void> => {
    await get().say({ identity: { channel, externalId, name: `name of ${externalId}` } });
  };
  const who = (externalId: string, channel = 'telegram'): Promise<Identity | undefined> =>
    get().reader.findIdentity({ channel, accountId: get().accountId, externalId });

  it('joins accounts to one person, seen or not, and lets nobody in', async () => {
    await speak('42');
    const own = await who('42');
    expect(own).toMatchObject({ linked: false, access: 'none' });
    const { person } = await link('anna', telegram);
    await link('anna', discord);
    expect(await who('42')).toMatchObject({ personId: person.personId, linked: true });
    const unseen = { personId: person.personId, linked: true, access: 'none' };
    expect(await who('7', 'discord')).toMatchObject(unseen);
    await speak('7', 'discord');
    expect(await who('7', 'discord')).toMatchObject({ ...unseen, name: 'name of 7' });
    expect(await get().reader.listPersons({ limit: 9 })).toEqual([
      {
        personId: person.personId,
        label: 'anna',
        links: [
          { ...discord, configured: false, name: 'name of 7' },
          { ...telegram, configured: false, name: 'name of 42' },
        ],
      },
    ]);
    expect(await get().reader.listPersons({ limit: 9, after: 'anna' })).toEqual([]);
  });

  it('makes each account again who it was', async () => {
    await speak('42');
    const own = await who('42');
    await link('anna', telegram);
    expect(await unlink(telegram)).toBe(true);
    expect(await who('42')).toEqual(own);
    expect(await unlink(telegram)).toBe(false);
    await link('anna', discord);
    await speak('7', 'discord');
    const joined = await who('7', 'discord');
    await unlink(discord);
    const apart = await who('7', 'discord');
    expect([joined?.linked, apart?.linked]).toEqual([true, false]);
    expect(apart?.personId).not.toBe(joined?.personId);
  });

  it('takes no account from one person for another', async () => {
    await link('anna', telegram);
    expect(await codeOf(link('ben', telegram))).toBe('person.linked');
    expect(await link('anna', telegram)).toMatchObject({ person: { label: 'anna' } });
    expect(await who('43')).toBeUndefined();
  });

  it('knows one of our accounts better than all of a channel', async () => {
    const { person: anna } = await link('anna', telegram);
    const { person: ben } = await link('ben', { ...telegram, account: 'bot' });
    await speak('42');
    expect((await who('42'))?.personId).toBe(ben.personId);
    await unlink({ ...telegram, account: 'bot' });
    expect((await who('42'))?.personId).toBe(anna.personId);
  });

  it('holds the configured links to the configuration', async () => {
    const { journal, reader } = get();
    await speak('42');
    await link('ben', discord);
    const sync = (addresses: readonly LinkAddress[]): Promise<{ changed: number }> =>
      journal.syncPersons({ persons: [{ label: 'anna', addresses }] });
    expect(await sync([telegram, discord])).toEqual({ changed: 2 });
    expect(await sync([telegram, discord])).toEqual({ changed: 0 });
    expect(await codeOf(unlink(telegram))).toBe('person.configured');
    expect((await who('7', 'discord'))?.personId).toBe((await who('42'))?.personId);
    expect(await sync([discord])).toEqual({ changed: 1 });
    expect(await who('42')).toMatchObject({ linked: false });
    expect(await reader.readAudit({ limit: 9 })).toMatchObject([
      { kind: 'person.sync', principal: 'config' },
      { kind: 'person.sync' },
      { kind: 'person.link', principal: 'owner' },
    ]);
  });

  it('writes to the audit who joined and who took back', async () => {
    await link('anna', telegram);
    await link('anna', telegram);
    await unlink(telegram);
    expect(await get().reader.readAudit({ limit: 9 })).toMatchObject([
      { kind: 'person.unlink', principal: 'owner', details: telegram },
      { kind: 'person.link', principal: 'owner', details: { ...telegram, label: 'anna' } },
    ]);
  });
}
