import type { Channel, OutboundFile, Receipt } from '@cuttle/core-types/ports';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { createTelegramChannel } from './channel.ts';
import { TelegramOptions } from './options.ts';

const ann = 1001;
const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(8000);
const content = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
const file: OutboundFile = {
  sha256: 'a',
  kind: 'image',
  mimeType: 'image/png',
  name: 'a.png',
  bytes: content.length,
};

interface Bench extends AsyncDisposable {
  readonly server: TelegramServer;
  readonly channel: Channel;
  /** Does it in Ann's chat, as the dispatcher would. */
  act(
    name: string,
    input: object,
    about?: { messageId?: string; receipt?: Receipt },
  ): Promise<Receipt>;
}

async function openBench(): Promise<Bench> {
  const server = await openTelegramServer();
  server.user({ id: ann });
  const options = TelegramOptions.parse({ token: server.token, apiRoot: server.url });
  const clock = createInstantClock();
  const channel = createTelegramChannel(options, { fetch, clock, log, random: () => 0.5 });
  return {
    server,
    channel,
    async act(name, input, { messageId, receipt } = {}) {
      const action = channel.actions?.find((one) => one.name === name);
      if (!action) throw new Error(`no action ${name}`);
      const part = action.render(action.input.parse(input), {
        ...(messageId !== undefined && { messageId }),
        ...(action.takesFile && { file }),
      });
      const kind = receipt ? action.kind : 'send';
      const files = part.files?.map((one) => ({ ...one, content }));
      const request = { kind, target: { chatId: ann }, part, idempotencyKey: 'k' } as const;
      return channel.send(
        { ...request, ...(receipt && { receipt }), ...(files && { files }) },
        soon(),
      );
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it('reacts to what a person said, with what Telegram has, and takes it back', async () => {
  await using bench = await openBench();
  const { messageId } = bench.server.say({ from: ann, text: 'look' });
  const about = { messageId: String(messageId) };
  await bench.act('react', { emoji: '❤️' }, about);
  expect(bench.server.visible(ann)[0]?.reactions).toEqual([{ type: 'emoji', emoji: '❤' }]);
  await bench.act('react', { emoji: '' }, about);
  expect(bench.server.visible(ann)[0]?.reactions).toEqual([]);
  await expect(bench.act('react', { emoji: '🦖' }, about)).rejects.toMatchObject({
    code: 'tool.failed',
    message: expect.stringContaining('🦖'),
  });
});

it('pins, unpins, edits and deletes, and counts what is so already as done', async () => {
  await using bench = await openBench();
  const { server } = bench;
  const receipt = await bench.act('reply_markup', { text: 'One?', buttons: [[{ label: 'Yes' }]] });
  const id = Number(receipt.messageId);
  for (let times = 0; times < 2; times += 1) {
    expect(await bench.act('pin', {}, { receipt })).toMatchObject({ messageId: receipt.messageId });
    expect(server.pinned(ann)).toEqual([id]);
  }
  for (let times = 0; times < 2; times += 1) await bench.act('unpin', {}, { receipt });
  expect(server.pinned(ann)).toEqual([]);
  await bench.act('edit', { text: '**Two**' }, { receipt });
  expect(server.visible(ann)).toMatchObject([{ id, text: 'Two' }]);
  for (let times = 0; times < 2; times += 1) await bench.act('delete', {}, { receipt });
  expect(server.visible(ann)).toEqual([]);
});

it('edits the words under a picture where the message is one', async () => {
  await using bench = await openBench();
  const receipt = await bench.act('send_photo', { caption: 'Old' });
  await bench.act('edit', { text: '*New*' }, { receipt });
  expect(bench.server.filesFromBot(ann)).toMatchObject([{ kind: 'photo', caption: 'New' }]);
});

it('sends a picture as a picture or as a file', async () => {
  await using bench = await openBench();
  await bench.act('send_photo', { caption: 'Look' });
  await bench.act('send_document', {});
  expect(bench.server.filesFromBot(ann)).toMatchObject([
    { kind: 'photo', caption: 'Look' },
    { kind: 'document', caption: '', name: 'a.png' },
  ]);
});

it('sends a photo that Telegram does not show as a file', async () => {
  await using bench = await openBench();
  const description = 'Bad Request: PHOTO_INVALID_DIMENSIONS';
  bench.server.fail({ method: 'sendPhoto', act: { code: 400, description } });
  await bench.act('send_photo', { caption: 'Wide' });
  expect(bench.server.filesFromBot(ann)).toMatchObject([{ kind: 'document', caption: 'Wide' }]);
});

it('gives buttons that say words, and never a command', async () => {
  await using bench = await openBench();
  const buttons = [[{ label: 'Go', data: '/stop' }, { label: 'Stay' }]];
  await bench.act('reply_markup', { text: 'Well?', buttons });
  expect(bench.server.visible(ann)[0]?.replyMarkup).toMatchObject({
    inline_keyboard: [[{ callback_data: 'say:/stop' }, { callback_data: 'say:Stay' }]],
  });
});

it('refuses words that are no single message', async () => {
  await using bench = await openBench();
  const text = 'word '.repeat(799);
  expect((await bench.act('reply_markup', { text, buttons: [[{ label: 'a' }]] })).messageId).toBe(
    '1',
  );
  await expect(
    bench.act('reply_markup', { text: ' ', buttons: [[{ label: 'a' }]] }),
  ).resolves.toMatchObject({ messageId: '2' });
  await expect(
    bench.act('edit', { text: ' ' }, { receipt: { messageId: '1' } }),
  ).rejects.toMatchObject({ code: 'tool.failed' });
});
