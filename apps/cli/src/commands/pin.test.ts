import { describe, expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

describe('pin', () => {
  it('lists standing orders with the place where each holds', async () => {
    const pins = [
      { pinId: 'p1', agentId: 'main', text: 'Be kind.' },
      { pinId: 'p2', agentId: 'main', sessionKey: 'agent:main:main', text: 'Use \u001B[1mFrench.' },
    ];
    const { cli, gateway } = await benchWith({ 'pins.list': () => ({ pins }) });
    expect(await cli.run('pin', 'list', '--agent', 'main')).toEqual({
      status: 0,
      out: 'Id  Where                 Order\np1  all sessions of main  Be kind.\np2  agent:main:main       Use French.\n',
      err: '',
    });
    expect(gateway.received.at(-1)?.params).toEqual({ agentId: 'main' });
  });

  it('says that there are none', async () => {
    const { cli } = await benchWith({ 'pins.list': () => ({ pins: [] }) });
    expect(await cli.run('pin', 'list')).toMatchObject({ out: 'Nothing is pinned.\n' });
  });

  it('pins the words of a line for a session', async () => {
    const { cli, gateway } = await benchWith({
      'pins.add': ({ text }) => ({ pinId: 'p3', agentId: 'main', text }),
    });
    expect(await cli.run('pin', 'add', 'Use', 'French.', '--session', 'main')).toEqual({
      status: 0,
      out: 'Pinned as p3: Use French.\n',
      err: '',
    });
    const params = { text: 'Use French.', sessionKey: 'main' };
    expect(gateway.received.at(-1)?.params).toEqual(params);
  });

  it('takes one down, and says where there is none', async () => {
    const { cli } = await benchWith({ 'pins.remove': ({ pinId }) => ({ ok: pinId === 'p1' }) });
    expect(await cli.run('pin', 'remove', 'p1')).toMatchObject({ out: 'It is taken down.\n' });
    expect(await cli.run('pin', 'remove', 'p9')).toMatchObject({ out: 'There is no such pin.\n' });
  });
});
