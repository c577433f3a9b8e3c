import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const counts = { checked: 12, unchained: 2, purged: 4, redacted: 0 };
const whole = {
  whole: true,
  sessionsChecked: 1,
  total: counts,
  sessions: [{ sessionId: 'x', sessionKey: 'agent:main:main', ...counts, findings: [] }],
  audit: { checked: 3, unchained: 0, purged: 0, redacted: 1, findings: [] },
};

describe('sessions verify', () => {
  it('says that all is whole, and what is not covered', async () => {
    const { cli } = await benchWith({ 'sessions.verify': () => whole });
    const { status, out } = await cli.run('sessions', 'verify');
    expect(status).toBe(0);
    expect(out).toBe(
      'whole  12 entries of 1 session and 3 audit rows checked, 2 older than the chain, 4 purged, 1 pseudonymised\n',
    );
  });

  it('names each fault with its place and fails', async () => {
    const findings = [
      { fault: 'changed', seq: 4, uptoSeq: 4 },
      { fault: 'cut', seq: 9, uptoSeq: 12 },
    ];
    const [named] = whole.sessions;
    const { cli, gateway } = await benchWith({
      'sessions.verify': () => ({ ...whole, whole: false, sessions: [{ ...named, findings }] }),
    });
    const { status, out } = await cli.run('sessions', 'verify', 'main');
    expect(status).toBe(1);
    expect(out.split('\n').slice(0, 2)).toEqual([
      'changed      agent:main:main  4: is not what was written',
      'cut          agent:main:main  9 to 12: is missing at the end',
    ]);
    expect(gateway.received.at(-1)?.params).toEqual({ sessionKey: 'main' });
  });
});
