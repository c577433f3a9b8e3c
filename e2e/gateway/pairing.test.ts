import { openTelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { openGateway } from './open-gateway.ts';

const soon = (): AbortSignal => AbortSignal.timeout(30_000);

it('lets a person in once by a code, and out again; a crowd gets no codes without end', async () => {
  await using telegram = await openTelegramServer({ longPollCapMs: 1000 });
  const main = { token: telegram.token, apiRoot: telegram.url, streaming: false };
  await using gateway = await openGateway({ config: { channels: { telegram: { main } } } });
  const { server } = gateway;
  const reply = async (from: number, text: string): Promise<string> => {
    const before = telegram.visibleFromBot(from).length;
    telegram.say({ from, text });
    await telegram.waitFor(() => telegram.visibleFromBot(from).length > before, soon());
    return telegram.visibleFromBot(from).at(-1)?.text ?? '';
  };
  telegram.user({ id: 7, firstName: 'Ann' });
  expect(await reply(7, 'Hello')).toContain('cuttle pair approve');
  const { pairings } = await server.call('pairing.list', {});
  const code = pairings[0]?.code ?? '';
  await server.call('pairing.approve', { code });
  await telegram.waitFor(() => telegram.visibleFromBot(7).length === 2, soon());
  await expect(server.call('pairing.approve', { code })).rejects.toMatchObject({
    code: 'request.not-found',
  });
  expect(await reply(7, 'Hello')).toBe('You said: Hello');

  const revoked = { channel: 'telegram', sender: '7' };
  expect(await server.call('pairing.revoke', revoked)).toEqual({ ok: true });
  expect(await server.call('pairing.revoke', revoked)).toEqual({ ok: false });
  expect(await reply(7, 'Hello')).toContain('cuttle pair approve');

  const crowd = Array.from({ length: 60 }, (_, index) => 1001 + index);
  for (const id of crowd) telegram.user({ id, firstName: `Person ${id}` });
  for (const id of crowd) telegram.say({ from: id, text: 'Hello' });
  await telegram.waitFor(() => telegram.pendingUpdates.length === 0, soon());
  const all = await server.call('pairing.list', {});
  expect(all.pairings.length).toBeGreaterThanOrEqual(50);
  telegram.user({ id: 9000, firstName: 'Late' });
  telegram.say({ from: 9000, text: 'Hello' });
  await telegram.waitFor(() => telegram.pendingUpdates.length === 0, soon());
  const { pairings: last } = await server.call('pairing.list', {});
  expect(last.map(({ sender }) => sender)).not.toContain('9000');
}, 60_000);
