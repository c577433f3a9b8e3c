import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import type { Channel, DraftCapability } from '@cuttle/core-types/ports';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { describe, expect, it } from 'vitest';
import { createTelegramChannel } from './channel.ts';
import { TelegramOptions } from './options.ts';

const ann = 1001;
const group = -1001;
const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

async function open(streaming: unknown = 'drafts') {
  const server = await openTelegramServer();
  server.user({ id: ann, firstName: 'Ann' });
  server.group({ id: group, members: [ann] });
  const options = TelegramOptions.parse({ token: server.token, apiRoot: server.url, streaming });
  const deps = { fetch, clock: createInstantClock(), log, random: () => 0.5 };
  const channel = createTelegramChannel(options, deps);
  return { server, channel, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function draftsOf({ live }: Channel): DraftCapability {
  if (!live?.drafts) throw new Error('This account shows no drafts');
  return live.drafts;
}

function show(
  channel: Channel,
  { text, key = 'run-1', chatId = ann }: { text: string; key?: string; chatId?: number },
): Promise<void> {
  const part = channel.live?.preview(text) ?? never();
  return draftsOf(channel).show({ target: { chatId }, key, part }, soon());
}

function never(): never {
  throw new Error('A platform with edits shows unfinished text');
}

const faultOf = (made: Promise<void>): Promise<unknown> =>
  made.then(
    () => 'shown',
    (error: unknown) => error,
  );

const refuse = (server: TelegramServer, code: number, description: string): void =>
  void server.fail({ method: 'sendMessageDraft', act: { code, description } });

describe('a draft on Telegram', () => {
  it('is formatted, replaced under the same key, and gone with the message', async () => {
    await using opened = await open();
    const { server, channel } = opened;
    await show(channel, { text: 'The **whole**' });
    await show(channel, { text: 'The **whole** answer' });
    const [first, second] = server.drafts(ann);
    expect(first).toMatchObject({ text: 'The whole', entities: [{ type: 'bold', offset: 4 }] });
    expect(second?.draftId).toBe(first?.draftId);
    expect(server.visibleDrafts(ann)).toMatchObject([{ text: 'The whole answer' }]);
    expect(server.visible(ann)).toEqual([]);
    const [part] = channel.render({ text: 'The **whole** answer.' });
    const request = { kind: 'send', target: { chatId: ann }, idempotencyKey: 'a' } as const;
    await channel.send({ ...request, part: part ?? never() }, soon());
    expect(server.visibleDrafts(ann)).toEqual([]);
    expect(server.visible(ann)).toMatchObject([{ text: 'The whole answer.' }]);
  });

  it('has another number for another answer, and never none', async () => {
    await using opened = await open();
    const { server, channel } = opened;
    for (const key of ['', 'a', 'b', 'run-1', 'run-2', '🦑'])
      await show(channel, { text: 'x', key });
    const ids = server.drafts(ann).map(({ draftId }) => draftId);
    expect(new Set(ids).size).toBe(6);
    expect(ids.every((id) => Number.isSafeInteger(id) && id > 0 && id < 2 ** 31)).toBe(true);
  });

  it('goes plain where its formatting is refused', async () => {
    await using opened = await open();
    const { server, channel } = opened;
    refuse(server, 400, "Bad Request: can't parse entities: unclosed start tag");
    await show(channel, { text: 'The **whole**' });
    expect(server.drafts(ann)).toMatchObject([{ text: 'The whole', entities: [] }]);
  });

  it('is called refused where the platform takes none, and nowhere else', async () => {
    await using opened = await open();
    const { server, channel } = opened;
    expect(await faultOf(show(channel, { text: 'x', chatId: group }))).toMatchObject({
      code: 'channel.invalid',
    });
    for (const [code, description, expected] of [
      [404, 'Not Found', 'channel.invalid'],
      [403, 'Forbidden: the method is not available to this bot', 'channel.invalid'],
      [400, 'Bad Request: method is available only for some bots', 'channel.invalid'],
      [403, 'Forbidden: bot was blocked by the user', 'channel.blocked'],
      [401, 'Unauthorized', 'channel.auth'],
      [500, 'Internal Server Error', 'channel.unavailable'],
    ] as const) {
      refuse(server, code, description);
      expect(await faultOf(show(channel, { text: 'x' }))).toMatchObject({ code: expected });
    }
  });

  it('is shown only where the owner wants drafts', async () => {
    for (const streaming of [true, false, 'edits', 'off']) {
      await using opened = await open(streaming);
      expect(opened.channel.live?.drafts).toBeUndefined();
    }
    expect(TelegramOptions.parse({ token: 'a' }).streaming).toBe('edits');
    expect(TelegramOptions.safeParse({ token: 'a', streaming: 'often' }).success).toBe(false);
  });
});
