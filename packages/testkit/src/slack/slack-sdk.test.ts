/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's method of that name posts to no window */
import { SocketModeClient } from '@slack/socket-mode';
import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import { expect, it } from 'vitest';
import { openSlackServer, type SlackServer } from './slack-server.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const quiet = (): void => {};
const logger: Logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  setLevel: quiet,
  getLevel: () => LogLevel.ERROR,
  setName: quiet,
};

function clientOf(slack: SlackServer): WebClient {
  return new WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger,
  });
}

it("serves Slack's own Web API client: messages, threads, metadata, reactions, files and refusals", async () => {
  await using slack = await openSlackServer();
  const ann = slack.user({ name: 'ann', realName: 'Ann' });
  const general = slack.channel({ name: 'general', members: [ann] });
  const client = clientOf(slack);
  expect(await client.auth.test()).toMatchObject({ ok: true, user_id: slack.botUserId });
  const metadata = { event_type: 'note', event_payload: { key: 'k1' } };
  const posted = await client.chat.postMessage({ channel: general, text: 'one', metadata });
  const ts = posted.ts ?? '';
  await client.chat.update({ channel: general, ts, text: 'two' });
  await client.chat.postMessage({ channel: general, text: 'below', thread_ts: ts });
  await client.chat.postEphemeral({ channel: general, user: ann, text: 'psst' });
  await client.reactions.add({ channel: general, timestamp: ts, name: 'eyes' });
  const history = await client.conversations.history({
    channel: general,
    include_all_metadata: true,
  });
  expect(history.messages).toMatchObject([
    { ts, text: 'two', metadata, reactions: [{ name: 'eyes', count: 1 }] },
  ]);
  const thread = await client.conversations.replies({ channel: general, ts });
  expect(thread.messages?.map(({ text }) => text)).toEqual(['two', 'below']);

  await client.filesUploadV2({
    channel_id: general,
    file: Buffer.from('words'),
    filename: 'a.txt',
    initial_comment: 'look',
  });
  const file = slack.visible(general).at(-1)?.files[0];
  expect(Buffer.from(file?.bytes ?? []).toString()).toBe('words');
  await client.chat.delete({ channel: general, ts });
  await expect(client.chat.update({ channel: general, ts, text: 'x' })).rejects.toMatchObject({
    data: { error: 'message_not_found' },
  });
  await expect(client.chat.postMessage({ channel: 'C0NONE', text: 'x' })).rejects.toMatchObject({
    data: { error: 'channel_not_found' },
  });
});

interface Told {
  readonly event: { readonly bot_id?: string; readonly text: string; readonly channel: string };
  readonly body: {
    readonly command: string;
    readonly text: string;
    readonly actions: readonly { readonly value: string }[];
  };
  readonly ack: (answer?: object) => Promise<void>;
}

it("serves Slack's own Socket Mode client: events, presses, commands and a refresh", async () => {
  await using slack = await openSlackServer();
  const ann = slack.user({ name: 'ann' });
  const client = clientOf(slack);
  const socket = new SocketModeClient({
    appToken: slack.appToken,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logger,
  });
  const heard: string[] = [];
  const on = (kind: string, act: (told: Told) => Promise<unknown>): void => {
    socket.on(kind, (told: Told) => void act(told));
  };
  on('message', async ({ event, ack }) => {
    await ack();
    if (event.bot_id !== undefined) return;
    heard.push(event.text);
    await client.chat.postMessage({
      channel: event.channel,
      text: 'Sure?',
      blocks: [
        {
          type: 'actions',
          elements: [{ type: 'button', text: { type: 'plain_text', text: 'Yes' }, value: 'yes' }],
        },
      ],
    });
  });
  on('interactive', async ({ body, ack }) => {
    await ack();
    heard.push(...body.actions.map(({ value }) => value));
  });
  on('slash_commands', async ({ body, ack }) => {
    await ack({ text: 'on it' });
    heard.push(`${body.command} ${body.text}`);
  });
  await socket.start();
  const dm = slack.direct(ann);
  slack.say({ from: ann, text: 'go <there>' });
  const asked = await slack.waitFor(() => slack.visible(dm)[0], soon());
  slack.press({ from: ann, channel: dm, ts: asked.ts, button: 'Yes' });
  const command = slack.command({ from: ann, command: '/do', text: 'it' });
  await slack.waitFor(() => slack.isTaken(command), soon());
  expect(slack.answerTo(command)).toEqual({ text: 'on it' });
  expect(heard).toEqual(['go &lt;there&gt;', 'yes', '/do it']);
  await socket.disconnect();
});
