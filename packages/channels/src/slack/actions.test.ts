import type { Clock, Receipt } from '@cuttle/core-types/ports';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { openSlackServer, type SlackServer } from '@cuttle/testkit/slack';
import { expect, it } from 'vitest';
import { createSlackChannel } from './channel.ts';
import { toEmojiName } from './emoji-name.ts';
import { SlackOptions } from './options.ts';

const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(8000);

interface Bench extends AsyncDisposable {
  readonly server: SlackServer;
  readonly ann: string;
  readonly dm: string;
  readonly clock: Clock;
  /** Does it in Ann's chat, as the dispatcher would. */
  act(
    name: string,
    input: object,
    about?: { messageId?: string; senderId?: string; receipt?: Receipt; in?: string },
  ): Promise<Receipt>;
  /** Sends a file with words. */
  share(text: string, bytes: readonly number[]): Promise<Receipt>;
}

async function openBench(): Promise<Bench> {
  const server = await openSlackServer();
  const ann = server.user({ name: 'ann', realName: 'Ann' });
  const dm = server.direct(ann);
  const { botToken, appToken, apiUrl } = server;
  const clock = createInstantClock(Date.now());
  const options = SlackOptions.parse({ botToken, appToken, apiUrl });
  const channel = createSlackChannel(options, { fetch, clock, log, random: () => 0 });
  let keys = 0;
  return {
    server,
    ann,
    dm,
    clock,
    async act(name, input, { messageId, senderId, receipt, in: channelId = dm } = {}) {
      const action = channel.actions?.find((one) => one.name === name);
      if (!action) throw new Error(`no action ${name}`);
      const about = { messageId, senderId };
      const part = action.render(action.input.parse(input), about);
      const kind = receipt ? action.kind : 'send';
      const idempotencyKey = `k${(keys += 1)}`;
      const request = { kind, target: { channel: channelId }, part, idempotencyKey } as const;
      return channel.send({ ...request, ...(receipt && { receipt }) }, soon());
    },
    async share(text, bytes) {
      const content = new Uint8Array(bytes);
      const facts = { sha256: '0'.repeat(64), kind: 'document', mimeType: 'text/plain' } as const;
      const file = { ...facts, name: 'a.txt', bytes: content.length };
      const [part] = channel.render({ text, files: [file] });
      if (!part) throw new Error('nothing was rendered');
      const idempotencyKey = `k${(keys += 1)}`;
      const files = [{ ...file, content }];
      const request = { kind: 'send', target: { channel: dm }, part, idempotencyKey } as const;
      return channel.send({ ...request, files }, soon());
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it('reacts by a name or an emoji, and takes it back, however often it is asked', async () => {
  await using bench = await openBench();
  const messageId = bench.server.say({ from: bench.ann, text: 'look' }).ts;
  for (let times = 0; times < 2; times += 1)
    expect(await bench.act('reaction', { emoji: '👀' }, { messageId })).toEqual({ messageId });
  const errorsOf = (method: string) => bench.server.calls(method).map(({ error }) => error);
  expect(errorsOf('reactions.add')).toEqual([undefined, 'already_reacted']);
  for (let times = 0; times < 2; times += 1)
    await bench.act('reaction', { emoji: ':eyes:', remove: true }, { messageId });
  expect(errorsOf('reactions.remove')).toEqual([undefined, 'no_reaction']);
  await expect(bench.act('reaction', { emoji: '🦖' }, { messageId })).rejects.toMatchObject({
    code: 'tool.failed',
  });
});

it('changes and deletes a message of files that Slack showed only after it was sent', async () => {
  await using bench = await openBench();
  const { server, dm } = bench;
  server.holdShares();
  const receipt = await bench.share('look', [2, 3]);
  expect(server.visible(dm)).toEqual([]);
  await expect(bench.act('update', { text: 'too soon' }, { receipt })).rejects.toMatchObject({
    code: 'channel.unavailable',
    details: { reached: false },
  });
  server.releaseShares();
  const [shown] = server.visible(dm);
  expect(await bench.act('update', { text: 'look here' }, { receipt })).toMatchObject({
    messageId: shown?.ts,
  });
  await bench.act('reaction', { emoji: 'eyes' }, { receipt });
  expect(server.visible(dm)).toMatchObject([{ shown: 'look here' }]);
  expect(server.calls('reactions.add')).toMatchObject([{ processed: true }]);
  await bench.act('delete', {}, { receipt });
  expect(server.visible(dm)).toEqual([]);
});

it('gives up a message of files that Slack never made', async () => {
  await using bench = await openBench();
  bench.server.holdShares();
  const receipt = await bench.share('look', [1]);
  await bench.clock.sleep(11 * 60_000, soon());
  await expect(bench.act('delete', {}, { receipt })).rejects.toMatchObject({
    code: 'channel.not-found',
  });
});

it('says something that one person alone sees', async () => {
  await using bench = await openBench();
  const { server, ann } = bench;
  const channel = server.channel({ name: 'all', members: [ann] });
  await bench.act('ephemeral', { text: 'Between *us*' }, { in: channel, senderId: ann });
  expect(server.calls('chat.postEphemeral')).toMatchObject([{ args: { channel, user: ann } }]);
  expect(server.calls('chat.postMessage')).toEqual([]);
  await expect(bench.act('ephemeral', { text: 'x' }, { in: channel })).rejects.toMatchObject({
    code: 'tool.failed',
  });
});

it('sends blocks in which nobody is called and nothing can be pressed, updates and deletes them', async () => {
  await using bench = await openBench();
  const { server, dm } = bench;
  const receipt = await bench.act('blocks', {
    text: 'The weather',
    blocks: [
      { type: 'header', text: 'Weather' },
      {
        type: 'section',
        text: '*Sun* <!channel> <@U1> <https://a.example|more>',
        fields: ['a', 'b'],
      },
      { type: 'divider' },
      { type: 'image', url: 'https://a.example/sun.png', alt: 'the sun' },
      { type: 'context', texts: ['today'] },
    ],
  });
  const [call] = server.calls('chat.postMessage');
  const sent = JSON.stringify(call?.args);
  expect(sent).toContain('*Sun* &lt;!channel> &lt;@U1> <https://a.example|more>');
  expect(sent).toContain('https://a.example/sun.png');
  const action = { type: 'actions', elements: [{ type: 'button', value: 'approve x' }] };
  await expect(bench.act('blocks', { text: 'x', blocks: [action] })).rejects.toThrow(/./);
  await bench.act('update', { text: 'Rain' }, { receipt });
  expect(server.visible(dm)).toMatchObject([{ text: 'Rain' }]);
  for (let times = 0; times < 2; times += 1) await bench.act('delete', {}, { receipt });
  expect(server.visible(dm)).toEqual([]);
});

it.each([
  ['👍', '+1'],
  ['❤️', 'heart'],
  ['white_check_mark', 'white_check_mark'],
  [':+1::skin-tone-3:', '+1::skin-tone-3'],
  ['two words', undefined],
  ['🦖', undefined],
])('knows the emoji %s as %s', (given, name) => {
  expect(toEmojiName(given)).toBe(name);
});
