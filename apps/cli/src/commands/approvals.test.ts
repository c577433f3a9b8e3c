import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

describe('approvals', () => {
  it('lists what waits, with exactly what would run', async () => {
    const approvals = [
      {
        approvalId: 'a1',
        runId: 'r1',
        sessionKey: 'agent:main:subagent:s1',
        tool: 'wipe_table',
        input: { table: 'o\u001B[31mak' },
        planHash: 'h',
        state: 'pending',
        expiresAt: '2026-01-02T03:04:05.678Z',
      },
    ];
    const { cli } = await benchWith({ 'exec.approvals.list': () => ({ approvals }) });
    expect(await cli.run('approvals', 'list')).toEqual({
      status: 0,
      out: 'Id  Until                 Session                 Call\na1  2026-01-02 03:04:05Z  agent:main:subagent:s1  wipe_table {"table":"o\\u001b[31mak"}\n',
      err: '',
    });
  });

  it('says that nothing waits', async () => {
    const { cli } = await benchWith({ 'exec.approvals.list': () => ({ approvals: [] }) });
    expect(await cli.run('approvals', 'list')).toMatchObject({
      out: 'Nothing waits for an approval.\n',
    });
  });

  it.each([
    ['approve', 'approved', 'Approved.\n'],
    ['deny', 'denied', 'Denied.\n'],
  ])('decides: %s', async (name, decision, out) => {
    const { cli, gateway } = await benchWith({ 'exec.approvals.resolve': () => ({ ok: true }) });
    expect(await cli.run('approvals', name, 'a1')).toEqual({ status: 0, out, err: '' });
    expect(gateway.received.at(-1)?.params).toEqual({ approvalId: 'a1', decision });
  });

  it('fails where it was decided already', async () => {
    const { cli } = await benchWith({
      'exec.approvals.resolve': () => {
        throw new CuttleError('approval.not-found', 'It was decided: denied.');
      },
    });
    const { status, out, err } = await cli.run('approvals', 'approve', 'a1');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('approval.not-found: It was decided: denied.');
  });
});
