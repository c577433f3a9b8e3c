import { manualClock } from '@cuttle/testkit';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { openGateway } from './open-gateway.ts';

const soon = (): AbortSignal => AbortSignal.timeout(20_000);
const ann = 7;

it('says in a digest what an outage made too old, and sends it after all where the owner wants that', async () => {
  const clock = manualClock(Date.now());
  await using telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: ann, firstName: 'Ann' });
  const main = { token: telegram.token, apiRoot: telegram.url, dmPolicy: 'open' };
  await using gateway = await openGateway({
    config: { channels: { telegram: { main } } },
    overrides: { clock },
  });
  const { server } = gateway;
  const seen = (): readonly string[] => telegram.visibleFromBot(ann).map(({ text }) => text);
  const failing = telegram.fail({ method: 'sendMessage', times: Infinity, act: { code: 502 } });
  telegram.say({ from: ann, text: 'What is the time?' });
  await telegram.waitFor(() => failing.struck > 0, soon());

  failing[Symbol.dispose]();
  clock.setNow(clock.now() + 25 * 3_600_000);
  await clock.advance(60_000);
  await telegram.waitFor(() => seen().length > 0, soon());

  expect(seen()).toEqual([
    expect.stringMatching(
      /too old to be sent now \(1\):\n– .* UTC: You said: What is the time\?\n/,
    ),
  ]);
  const { messages } = await server.call('messages.failed', {});
  expect(messages).toMatchObject([
    { state: 'dead', reason: 'expired', channel: 'telegram', account: 'main', to: String(ann) },
  ]);
  const id = messages[0]?.id ?? '';
  expect(await server.call('messages.retry', { id })).toEqual({ ok: true });
  await telegram.waitFor(() => seen().length > 1, soon());
  expect(seen().at(-1)).toBe('You said: What is the time?');
  expect((await server.call('messages.failed', {})).messages).toEqual([]);
}, 60_000);
