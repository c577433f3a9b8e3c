import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();
const report = { groups: 3, entries: 12, chars: 4567, usage: 2, audit: 1 };
const rows =
  '  3 runs with 12 entries, 4567 characters\n  2 rows of usage\n  1 rows of the audit\n';

describe('retention', () => {
  it.each([[[]], [['--dry-run']], [['--dry-run', '--remove']]])('only looks: %j', async (argv) => {
    const { cli, gateway } = await benchWith({ 'retention.preview': () => report });
    expect(await cli.run('retention', ...argv)).toEqual({
      status: 0,
      out: `Would be removed:\n${rows}`,
      err: '',
    });
    expect(gateway.received.map(({ method }) => method)).toEqual(['connect', 'retention.preview']);
  });

  it('removes where it is told to', async () => {
    const { cli } = await benchWith({ 'retention.apply': () => report });
    expect(await cli.run('retention', '--remove')).toMatchObject({ out: `Removed:\n${rows}` });
  });
});
