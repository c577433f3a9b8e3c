import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const report = {
  purgeId: '0197',
  areas: [{ area: 'transcripts', count: 12 }],
  warnings: ['The memory of agent "main" could not be taken away: no room'],
};

describe('person', () => {
  it('purges only what is confirmed, by an account or a name, and tells the counts and warnings', async () => {
    const { cli, gateway } = await benchWith({ 'sessions.purge_user': () => report });
    const refused = await cli.run('person', 'purge', 'anna');
    expect(refused.status).not.toBe(0);
    expect(refused.err).toContain('--confirm');
    expect(gateway.received).toEqual([]);
    const { status, out } = await cli.run('person', 'purge', 'telegram:42', '--confirm');
    expect(status).toBe(0);
    expect(out).toMatch(/transcripts +12/);
    expect(out).toContain('! The memory of agent "main"');
    expect(gateway.received.at(-1)?.params).toEqual({ identity: 'telegram:42', confirm: true });
    await cli.run('person', 'purge', 'anna', '--confirm');
    expect(gateway.received.at(-1)?.params).toEqual({ personId: 'anna', confirm: true });
  });

  it('leaves no file where the archive cannot be fetched', async () => {
    const { cli } = await benchWith({
      'sessions.export_user': () => ({ path: '/no/such/path', fileName: 'x.tar' }),
    });
    const file = join(cli.home, 'anna.tar');
    const { status } = await cli.run('person', 'export', 'anna', '--to', file);
    expect(status).not.toBe(0);
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
