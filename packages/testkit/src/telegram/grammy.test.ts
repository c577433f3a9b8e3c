import { Bot, GrammyError, InputFile } from 'grammy';
import { expect, it } from 'vitest';
import { openTelegramServer } from './telegram-server.ts';

const ann = 1001;

it('serves a real grammY bot: polling, commands, buttons, files and errors', async () => {
  await using server = await openTelegramServer({ longPollCapMs: 1000 });
  server.user({ id: ann, firstName: 'Ann' });
  const bot = new Bot(server.token, { client: { apiRoot: server.url } });
  bot.command('start', (context) =>
    context.reply('*Welcome*', {
      parse_mode: 'MarkdownV2',
      reply_markup: { inline_keyboard: [[{ text: 'More', callback_data: 'more' }]] },
    }),
  );
  bot.callbackQuery('more', async (context) => {
    await context.answerCallbackQuery('one moment');
    await context.editMessageText('More it is');
  });
  bot.on('message:photo', async (context) => {
    const file = await context.getFile();
    await context.replyWithDocument(new InputFile(new Uint8Array([1, 2]), 'x.bin'), {
      caption: file.file_path ?? '',
    });
  });
  const running = bot.start({ drop_pending_updates: true });
  const signal = AbortSignal.timeout(10_000);
  await server.waitFor(() => server.waitingPolls === 1, signal);

  server.say({ from: ann, text: '/start' });
  const welcome = await server.waitFor(() => server.visibleFromBot(ann)[0], signal);
  expect(welcome).toMatchObject({ text: 'Welcome', entities: [{ type: 'bold' }] });
  server.pressButton({ from: ann, chat: ann, messageId: welcome.id, button: 'More' });
  await server.waitFor(() => server.visibleFromBot(ann)[0]?.text === 'More it is', signal);
  server.say({ from: ann, file: { kind: 'photo', name: 'p.jpg', bytes: new Uint8Array([9]) } });
  const answer = await server.waitFor(() => server.visibleFromBot(ann)[1], signal);
  expect(answer).toMatchObject({
    text: 'photos/file_0.jpg',
    media: { document: { file_name: 'x.bin', file_size: 2 } },
  });

  await bot.api.setMyCommands([{ command: 'start', description: 'Begin' }]);
  expect(server.commands).toEqual([{ command: 'start', description: 'Begin' }]);
  const refused = await bot.api.sendMessage(404, 'x').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(GrammyError);
  expect(refused).toMatchObject({ error_code: 400, description: 'Bad Request: chat not found' });
  await bot.stop();
  await running;
  expect(server.acknowledgedUpTo).toBe(700_000_003);
  expect(server.ledger.flatMap(({ unknown }) => unknown)).toEqual([]);
});
