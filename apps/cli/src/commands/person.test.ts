import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const anna = {
  personId: 'p1',
  name: 'Anna',
  accounts: [
    { account: 'telegram:42', configured: true, name: 'anna_b' },
    { account: 'slack/work:U1', configured: false },
  ],
};

describe('person', () => {
  it('lists people with their accounts, and who said so', async () => {
    const { cli } = await benchWith({ 'persons.list': () => ({ persons: [anna] }) });
    expect((await cli.run('person', 'list')).out).toMatchInlineSnapshot(`
      "Person  Account        Seen as  Said in
      Anna    telegram:42    anna_b   configuration
      Anna    slack/work:U1           command
      "
    `);
  });

  it('says so where nobody is joined', async () => {
    const { cli } = await benchWith({ 'persons.list': () => ({ persons: [] }) });
    expect((await cli.run('person', 'list')).out).toBe('No accounts are joined.\n');
  });

  it('joins an account to a person', async () => {
    const { cli, gateway } = await benchWith({ 'persons.link': () => anna });
    expect((await cli.run('person', 'link', 'Anna', 'slack/work:U1')).out).toBe(
      'Anna: telegram:42, slack/work:U1\n',
    );
    expect(gateway.received.at(-1)).toEqual({
      method: 'persons.link',
      params: { name: 'Anna', account: 'slack/work:U1' },
    });
  });

  it('says whose an account is already', async () => {
    const { cli } = await benchWith({
      'persons.link': () => {
        throw new CuttleError('person.linked', 'telegram:42 is Anna’s.');
      },
    });
    const { status, err } = await cli.run('person', 'link', 'Ben', 'telegram:42');
    expect(status).not.toBe(0);
    expect(err).toContain('telegram:42 is Anna’s.');
  });

  it('takes it back, and fails where there was nothing to take back', async () => {
    let ok = true;
    const { cli, gateway } = await benchWith({ 'persons.unlink': () => ({ ok }) });
    expect((await cli.run('person', 'unlink', 'telegram:42')).out).toBe(
      'telegram:42 is on its own again.\n',
    );
    expect(gateway.received.at(-1)).toEqual({
      method: 'persons.unlink',
      params: { account: 'telegram:42' },
    });
    ok = false;
    const { status, out, err } = await cli.run('person', 'unlink', 'telegram:42');
    expect(status).not.toBe(0);
    expect(out).toBe('');
    expect(err).toContain('cuttle person list');
  });
});
