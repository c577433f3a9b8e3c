/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's method of that name posts to no window */
import { WebClient } from '@slack/web-api';
import { expect, it } from 'vitest';
import { openSlackServer } from './slack-server.ts';

// The example of the README, word for word.
it('takes an answer', async () => {
  await using slack = await openSlackServer();
  const ann = slack.user({ name: 'ann' });
  const { ts, channel } = slack.say({ from: ann, text: 'hi' });
  const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  await client.chat.postMessage({ channel, text: '*Hello*, Ann', thread_ts: ts });

  expect(slack.visible(channel, ts)).toMatchObject([{ shown: 'Hello, Ann' }]);
});
