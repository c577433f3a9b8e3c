import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

describe('workers', () => {
  it('makes a token, and says how long it is good for', async () => {
    const { cli, gateway } = await benchWith({
      'workers.token': () => ({ token: 'secret', expiresAt: '2026-02-01T00:00:00.000Z' }),
    });
    expect((await cli.run('workers', 'token', 'builder', '--days', '30')).out).toBe(
      'secret\nGood until 2026-02-01 00:00:00Z.\n',
    );
    expect(gateway.received.at(-1)).toEqual({
      method: 'workers.token',
      params: { worker: 'builder', expiresInDays: 30 },
    });
  });

  it('makes one without an end', async () => {
    const { cli, gateway } = await benchWith({ 'workers.token': () => ({ token: 'secret' }) });
    expect((await cli.run('workers', 'token', 'builder')).out).toBe('secret\n');
    expect(gateway.received.at(-1)?.params).toEqual({ worker: 'builder' });
  });

  it('takes all of a name back, and says how many there were', async () => {
    let revoked = 2;
    const { cli } = await benchWith({ 'workers.revoke': () => ({ revoked }) });
    const revoke = async (): Promise<string> => (await cli.run('workers', 'revoke', 'builder')).out;
    expect(await revoke()).toBe('2 tokens were taken back.\n');
    revoked = 1;
    expect(await revoke()).toBe('1 token was taken back.\n');
  });
});
