import type { TokenDraft } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { principalOf, type World } from './world.ts';

export function describeAccess(get: () => World): void {
  const tokenOf = (more: Partial<TokenDraft> = {}): TokenDraft => ({
    hash: 'token-1',
    kind: 'api',
    name: 'laptop',
    principal: principalOf('owner'),
    expiresAt: undefined,
    ...more,
  });
  const peer = (): { channel: string; accountId: string; externalId: string } => ({
    channel: 'telegram',
    accountId: get().accountId,
    externalId: 'stranger',
  });

  it('knows an account again by its platform id', async () => {
    const { journal, accountId } = get();
    const again = { channel: 'telegram', name: 'renamed', platformId: '4242' };
    expect(await journal.openAccount(again)).toEqual({ accountId });
    const other = await journal.openAccount({ ...again, platformId: '4243' });
    expect(other.accountId).not.toBe(accountId);
  });

  it('sets the access of anyone, seen before or not', async () => {
    const { journal, reader, say } = get();
    await journal.setIdentityAccess({ ...peer(), access: 'blocked' });
    const first = await reader.findIdentity(peer());
    expect(first).toMatchObject({ access: 'blocked' });
    await say({ identity: { channel: 'telegram', externalId: 'stranger', name: 'Ann' } });
    await journal.setIdentityAccess({ ...peer(), access: 'none' });
    expect(await reader.findIdentity(peer())).toEqual({ ...first, name: 'Ann', access: 'none' });
    expect(await reader.readAudit({ limit: 5 })).toEqual([]);
    await journal.setIdentityAccess({ ...peer(), access: 'blocked', by: 'owner' });
    expect(await reader.readAudit({ limit: 5 })).toMatchObject([
      { kind: 'identity.access', principal: 'owner', details: { access: 'blocked' } },
    ]);
  });

  it('uses a code once and a key for ever', async () => {
    const { journal, reader, now } = get();
    await journal.putToken(tokenOf());
    await journal.putToken(tokenOf({ hash: 'token-2', kind: 'code' }));
    const key = { hash: 'token-1', kind: 'api' } as const;
    const { expiresAt: _never, ...stored } = { ...tokenOf(), createdAt: now() };
    expect(await journal.useToken(key)).toEqual(stored);
    expect(await journal.useToken(key)).toEqual(stored);
    expect(await reader.findToken(key)).toEqual(stored);
    const code = { hash: 'token-2', kind: 'code' } as const;
    const uses = await Promise.all([journal.useToken(code), journal.useToken(code)]);
    expect(uses.filter((use) => use !== undefined)).toHaveLength(1);
  });

  it('takes a token only for what it is, and not after its end', async () => {
    const { journal, reader, now, advance } = get();
    await journal.putToken(tokenOf({ kind: 'cookie', expiresAt: now() + 100 }));
    expect(await journal.useToken({ hash: 'token-1', kind: 'api' })).toBeUndefined();
    expect(await reader.findToken({ hash: 'token-1', kind: 'cookie' })).toBeDefined();
    advance(100);
    expect(await reader.findToken({ hash: 'token-1', kind: 'cookie' })).toBeUndefined();
    expect(await journal.useToken({ hash: 'token-1', kind: 'cookie' })).toBeUndefined();
  });

  it('removes a token', async () => {
    const { journal, reader } = get();
    await journal.putToken(tokenOf());
    await journal.removeToken({ hash: 'token-1' });
    await journal.removeToken({ hash: 'token-1' });
    expect(await reader.findToken({ hash: 'token-1', kind: 'api' })).toBeUndefined();
  });
}
