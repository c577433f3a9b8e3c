import type { Channel, Receipt } from '@cuttle/core-types/ports';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { type DiscordServer, openDiscordServer } from '@cuttle/testkit/discord';
import { expect, it } from 'vitest';
import { createDiscordChannel } from './channel.ts';
import { DiscordOptions } from './options.ts';

const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(8000);

interface Bench extends AsyncDisposable {
  readonly server: DiscordServer;
  readonly ann: string;
  readonly general: string;
  /** Does it in the channel, as the dispatcher would. */
  act(
    name: string,
    input: object,
    about?: { messageId?: string; receipt?: Receipt },
  ): Promise<Receipt>;
}

async function openBench(): Promise<Bench> {
  const server = await openDiscordServer();
  const ann = server.user({ globalName: 'Ann' });
  const general = server.channel({ guild: server.guild({ members: [ann] }) });
  const options = DiscordOptions.parse({ token: server.token, restUrl: server.restUrl });
  const clock = createInstantClock(Date.now());
  const channel: Channel = createDiscordChannel(options, { fetch, clock, log, random: () => 0.5 });
  let keys = 0;
  return {
    server,
    ann,
    general,
    async act(name, input, { messageId, receipt } = {}) {
      const action = channel.actions?.find((one) => one.name === name);
      if (!action) throw new Error(`no action ${name}`);
      const about = messageId === undefined ? {} : { messageId };
      const part = action.render(action.input.parse(input), about);
      const kind = receipt ? action.kind : 'send';
      const target = { channelId: general };
      const request = { kind, target, part, idempotencyKey: `k${(keys += 1)}` } as const;
      return channel.send({ ...request, ...(receipt && { receipt }) }, soon());
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it('reacts, also with what a server made, and takes it back', async () => {
  await using bench = await openBench();
  const { messageId } = bench.server.say({ from: bench.ann, channel: bench.general, text: 'look' });
  const about = { messageId };
  const reactions = () =>
    (bench.server.visible(bench.general)[0] as { reactions?: unknown }).reactions; // as Discord writes it
  await bench.act('react', { emoji: '🎉' }, about);
  await bench.act('react', { emoji: '<:blob:123456789012345678>' }, about);
  expect(reactions()).toMatchObject([
    { emoji: { name: '🎉' } },
    { emoji: { name: 'blob:123456789012345678' } },
  ]);
  for (let times = 0; times < 2; times += 1)
    await bench.act('react', { emoji: '🎉', remove: true }, about);
  expect(reactions()).toHaveLength(1);
  for (const emoji of ['yes', '../../users/@me', '1'])
    await expect(bench.act('react', { emoji }, about)).rejects.toMatchObject({
      code: 'tool.failed',
    });
});

it('sends a card, edits, pins, unpins and deletes what it sent', async () => {
  await using bench = await openBench();
  const { server, general } = bench;
  const receipt = await bench.act('embed', {
    title: 'Weather',
    description: '**Sun**',
    colour: '#ff8800',
    fields: [{ name: 'Wind', value: 'none', inline: true }],
    footer: 'today',
  });
  expect(server.visible(general)).toMatchObject([
    {
      content: '',
      flags: 0,
      embeds: [
        {
          title: 'Weather',
          description: '**Sun**',
          color: 0xff8800,
          fields: [{ name: 'Wind', value: 'none', inline: true }],
          footer: { text: 'today' },
        },
      ],
    },
  ]);
  for (let times = 0; times < 2; times += 1) await bench.act('pin', {}, { receipt });
  expect(server.visible(general)).toMatchObject([{ pinned: true }]);
  await bench.act('unpin', {}, { receipt });
  await bench.act('edit', { text: 'Rain' }, { receipt });
  expect(server.visible(general)).toMatchObject([{ pinned: false, content: 'Rain' }]);
  for (let times = 0; times < 2; times += 1) await bench.act('delete', {}, { receipt });
  expect(server.visible(general)).toEqual([]);
  await expect(bench.act('embed', {})).rejects.toMatchObject({ code: 'tool.failed' });
  const fields = Array.from({ length: 7 }, () => ({ name: 'n', value: 'v'.repeat(1000) }));
  await expect(bench.act('embed', { fields })).rejects.toMatchObject({ code: 'tool.failed' });
});

it('begins a thread under a message, once', async () => {
  await using bench = await openBench();
  const { messageId } = bench.server.say({
    from: bench.ann,
    channel: bench.general,
    text: 'topic',
  });
  for (let times = 0; times < 2; times += 1)
    expect(await bench.act('thread', { name: 'On this' }, { messageId })).toEqual({ messageId });
  const calls = bench.server.calls('POST', '/channels/:channel/messages/:message/threads');
  expect(calls.map(({ status }) => status)).toEqual([201, 400]);
});
