import { CuttleError } from '@cuttle/core-types/errors';
import { expect, it } from 'vitest';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const place = { channel: 'whatsapp-web', account: 'main' };
const linked = { state: 'linked', platformId: '15550783881', name: 'Ann' };
const shown = (code: string) => ({ state: 'code', code, expiresAt: '2026-01-01T00:01:00.000Z' });

it('shows each account and its connection', async () => {
  const channels = [
    { ...place, state: 'failed', detail: 'channel.auth: Link it.', ambiguity: 'x' },
  ];
  const { cli } = await benchWith({ 'channels.status': () => ({ channels }) });
  expect((await cli.run('channels', 'status')).out).toBe(
    'Channel            State   Who  What\nwhatsapp-web/main  failed       channel.auth: Link it.\n',
  );
});

it('says whether an account answers', async () => {
  const { cli, gateway } = await benchWith({
    'channels.probe': () => ({ ok: true, platformId: '42', name: 'Bot' }),
  });
  expect((await cli.run('channels', 'probe', 'telegram')).out).toBe('Bot (42) answers.\n');
  gateway.answer('channels.probe', () => ({ ok: false, detail: 'No token.' }));
  const failed = await cli.run('channels', 'probe', 'telegram', '--account', 'work');
  expect(failed).toMatchObject({ status: 1, out: 'It does not answer: No token.\n' });
  expect(gateway.received.at(-1)?.params).toMatchObject({ account: 'work' });
});

it('shows each code once until one is scanned', async () => {
  const steps = [{ state: 'waiting' }, shown('2@one'), shown('2@one'), shown('2@two'), linked];
  const { cli, gateway } = await benchWith({ 'channels.login': () => steps.shift() });
  const { out, err } = await cli.run('channels', 'login', 'whatsapp-web');
  expect(out.split('\n').filter((line) => /^[█▀▄ ]+$/.test(line))).toHaveLength(28);
  expect(out).toContain('Ann (15550783881) is linked.');
  expect(err.match(/Link a device/g)).toHaveLength(2);
  expect(
    gateway.received
      .filter(({ method }) => method === 'channels.login')
      .map(({ params }) => params['seen']),
  ).toEqual([undefined, undefined, '2@one', '2@one', '2@two']);
});

it('tells why a login came to nothing', async () => {
  const { cli } = await benchWith({
    'channels.login': () => {
      throw new CuttleError('channel.unavailable', 'The package is not installed.', {
        hint: 'Do.',
      });
    },
  });
  const { status, err } = await cli.run('channels', 'login', 'whatsapp-web');
  expect([status, err]).toEqual([1, expect.stringContaining('The package is not installed.')]);
});

it('ends a link', async () => {
  const { cli, gateway } = await benchWith({ 'channels.logout': () => ({ ok: true }) });
  const { out } = await cli.run('channels', 'logout', 'whatsapp-web');
  expect(out).toBe('whatsapp-web/main is linked no more.\n');
  expect(gateway.received.at(-1)).toEqual({ method: 'channels.logout', params: place });
});

it('finds people and groups of an account', async () => {
  const ann = { id: '7', name: 'Ann\u001B[2J', handle: 'ann', kind: 'people' };
  const page = { rows: [ann], more: true, source: 'seen' };
  const { cli, gateway } = await benchWith({ 'channels.directory': () => page });
  const { out } = await cli.run('channels', 'directory', 'telegram', 'ann', 'b', '--people');
  expect(out).toMatch(/^Kind +Id +Name +Handle\nperson +7 +Ann.* +ann\n/);
  expect(out).not.toContain('\u001B');
  expect(out).toContain('the platform gives no list');
  expect(out).toContain('There may be others');
  expect(gateway.received.at(-1)?.params).toEqual({
    channel: 'telegram',
    account: 'main',
    query: 'ann b',
    limit: 50,
    kind: 'people',
  });
  gateway.answer('channels.directory', () => ({ rows: [], more: false, source: 'platform' }));
  const none = await cli.run('channels', 'directory', 'slack', '--limit', '5');
  expect(none.out).toBe('Nobody was found.\n');
  expect((await cli.run('channels', 'directory', 'slack', '--limit', 'x')).status).not.toBe(0);
});
