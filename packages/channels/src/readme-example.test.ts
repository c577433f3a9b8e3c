import { telegram } from '@cuttle/channels';
import { createInstantClock, createRecordingDoor } from '@cuttle/testkit/channel-contract';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';

it('answers over a real wire, as the README says', async () => {
  await using server = await openTelegramServer();
  server.user({ id: 7, firstName: 'Ann' });
  const quiet = (): void => {};
  const deps = {
    fetch,
    clock: createInstantClock(),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    random: () => 0.5,
  };
  const door = createRecordingDoor();
  const stop = new AbortController();
  const { signal } = stop;
  const settings = { token: server.token, apiRoot: server.url };

  // The example of the README.
  const create = await telegram.load(); // nothing of the platform's SDK is imported before
  const channel = create(telegram.options.parse(settings), deps);
  const { platformId } = await channel.connect(signal);
  const receiving = channel.receive(door, signal); // ends by abort, or with `channel.auth`
  for (const part of channel.render({ text: '**Hello**' }))
    await channel.send(
      { kind: 'send', target: { chatId: 7 }, part, idempotencyKey: 'row-1' },
      signal,
    );

  expect(platformId).toBe(String(server.bot.id));
  expect(server.visible(7)).toMatchObject([{ text: 'Hello', entities: [{ type: 'bold' }] }]);
  stop.abort(new Error('done'));
  await expect(receiving).rejects.toThrow('done');
});
