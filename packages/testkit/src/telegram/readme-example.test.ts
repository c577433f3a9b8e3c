import { openTelegramServer } from '@cuttle/testkit/telegram';
import { Bot } from 'grammy';
import { expect, it } from 'vitest';

// The example of the README, word for word.
it('answers a greeting', async () => {
  await using telegram = await openTelegramServer({ longPollCapMs: 500 });
  telegram.user({ id: 7, firstName: 'Ann' });
  const bot = new Bot(telegram.token, { client: { apiRoot: telegram.url } });
  bot.on('message:text', (context) => context.reply(`Hello, ${context.from.first_name}`));
  const running = bot.start();

  telegram.say({ from: 7, text: 'hi' });
  const reply = await telegram.waitFor(
    () => telegram.visibleFromBot(7)[0],
    AbortSignal.timeout(5000),
  );

  expect(reply.text).toBe('Hello, Ann');
  await bot.stop();
  await running;
});
