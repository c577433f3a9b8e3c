import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const hit = {
  sessionKey: 'agent:main:garden',
  seq: 7,
  generation: 1,
  role: 'user',
  snippet: 'a late frost, \u001b[31mmost of it late',
  marks: [
    [2, 6],
    [30, 34],
  ],
  at: '2026-03-01T10:00:00.000Z',
};

describe('sessions search', () => {
  it('shows what was found and asks for what was said', async () => {
    const { cli, gateway } = await benchWith({
      'sessions.search': () => ({ hits: [hit], next: '9.0.1' }),
    });
    const { status, out } = await cli.run(
      'sessions',
      'search',
      'late',
      '"first frost"',
      '--since',
      '2026-03-01',
    );
    expect(status).toBe(0);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('user  agent:main:garden 7\n  a late frost, ');
    expect(out).toContain('more: --next 9.0.1');
    expect(gateway.received.at(-1)?.params).toMatchObject({
      query: 'late "first frost"',
      since: '2026-03-01T00:00:00.000Z',
      limit: 20,
    });
  });
});
