import { echoScript } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openSlackServer, type SlackServer } from '@cuttle/testkit/slack';
import { expect, it } from 'vitest';
import { openServerHome, type RunningServer } from '../signals/run-server.ts';
import { localModel } from './local-model.ts';

const soon = (): AbortSignal => AbortSignal.timeout(40_000);

function configFor(slack: SlackServer, modelUrl: string, secrets: object): object {
  return {
    ...localModel(modelUrl),
    channels: {
      slack: {
        main: { botToken: slack.botToken, apiUrl: slack.apiUrl, dmPolicy: 'open', ...secrets },
      },
    },
    delivery: { deadlineMs: 800, marginMs: 100 },
    log: { level: 'warn' },
  };
}

function watch(slack: SlackServer, channel: string, thread?: string) {
  const answers = (): string[] => slack.visible(channel, thread).map(({ shown }) => shown);
  const untilSaid = (words: string): Promise<true> =>
    slack.waitFor(() => answers().some((text) => text.includes(words)), soon());
  return { answers, untilSaid };
}

/** Ready, and connected in Socket Mode. */
async function startConnected(
  home: Awaited<ReturnType<typeof openServerHome>>,
  slack: SlackServer,
): Promise<RunningServer> {
  const before = slack.socket.hellos;
  const server = home.start();
  await server.ready;
  await slack.waitFor(() => slack.socket.hellos > before, soon());
  return server;
}

it('answers each message on Slack once in Socket Mode, whatever is killed, cut or told again', async () => {
  await using slack = await openSlackServer();
  await using model = await openOpenaiServer({ script: echoScript() });
  const { appToken } = slack;
  await using home = await openServerHome(configFor(slack, model.url, { appToken }));
  const ann = slack.user({ name: 'ann', realName: 'Ann' });
  const general = slack.channel({ name: 'general', members: [ann] });
  const { answers, untilSaid } = watch(slack, slack.direct(ann));
  const start = (): Promise<RunningServer> => startConnected(home, slack);

  const first = await start();
  const { delivery } = slack.say({ from: ann, text: 'One' });
  await untilSaid('One');
  if (delivery) slack.sendDuplicate(delivery);
  const { ts } = slack.say({ from: ann, channel: general, text: 'A topic' });
  slack.say({ from: ann, channel: general, threadTs: ts, text: 'Here', mention: true });
  await watch(slack, general, ts).untilSaid('Here');

  // Killed while the model is asked: the run is taken over, and what was not acknowledged comes again.
  const asked = model.requests.length;
  slack.say({ from: ann, text: '[[first=800]] Two' });
  await model.untilCalls(asked + 1, soon());
  first.kill('SIGKILL');
  await first.exit;
  slack.say({ from: ann, text: 'Three' });
  const second = await start();
  await untilSaid('Two');
  await untilSaid('Three');

  // A send whose answer is lost is found again by its key.
  slack.fail({ method: 'chat.postMessage', when: 'after', act: 'cut' });
  slack.say({ from: ann, text: 'Four' });
  await untilSaid('Four');
  slack.socket.refresh();
  slack.say({ from: ann, text: 'Five' });
  await untilSaid('Five');
  second.kill('SIGTERM');
  expect((await second.exit).status).toBe(0);

  for (const word of ['One', 'Two', 'Three', 'Four', 'Five'])
    expect(answers().filter((text) => text.includes(word))).toHaveLength(1);
  expect(watch(slack, general).answers()).toEqual([]);
  expect(watch(slack, general, ts).answers()).toHaveLength(1);
}, 120_000);

it('answers what Slack tells no more, since nobody listened for so long', async () => {
  // What was heard is always older than what Slack would repeat.
  await using slack = await openSlackServer({ now: () => Date.now() - 600_000 });
  await using model = await openOpenaiServer({ script: echoScript() });
  const { appToken } = slack;
  await using home = await openServerHome(configFor(slack, model.url, { appToken }));
  const ann = slack.user({ name: 'ann', realName: 'Ann' });
  const { answers, untilSaid } = watch(slack, slack.direct(ann));
  const start = (): Promise<RunningServer> => startConnected(home, slack);

  const first = await start();
  slack.say({ from: ann, text: 'One' });
  await untilSaid('One');
  first.kill('SIGTERM');
  await first.exit;
  // Killed between an event and its commit.
  const second = await start();
  slack.say({ from: ann, text: 'Two' });
  second.kill('SIGKILL');
  await second.exit;
  slack.say({ from: ann, text: 'Three' });
  slack.giveUpDeliveries();
  const third = await start();
  await untilSaid('Three');
  third.kill('SIGTERM');
  expect((await third.exit).status).toBe(0);

  expect(answers()).toEqual(['One', 'Two', 'Three'].map((word) => expect.stringContaining(word)));
}, 120_000);

it('answers each message on Slack once by HTTP, whatever is killed or told again', async () => {
  await using slack = await openSlackServer({ retryMs: [50], maxRetries: 100 });
  await using model = await openOpenaiServer({ script: echoScript() });
  const { signingSecret } = slack;
  await using home = await openServerHome(configFor(slack, model.url, { signingSecret }));
  const ann = slack.user({ name: 'ann', realName: 'Ann' });
  const { answers, untilSaid } = watch(slack, slack.direct(ann));
  const start = async (): Promise<RunningServer> => {
    const before = slack.calls('auth.test').length;
    const server = home.start();
    const url = new URL('/hooks/slack/main', await server.ready);
    // Proved, and then asked once more by what receives.
    await slack.waitFor(() => slack.calls('auth.test').length >= before + 2, soon());
    await slack.setRequestUrl(url.href);
    return server;
  };

  const first = await start();
  const { delivery } = slack.say({ from: ann, text: 'One' });
  await untilSaid('One');
  if (delivery) slack.sendDuplicate(delivery);
  const asked = model.requests.length;
  slack.say({ from: ann, text: '[[first=800]] Two' });
  await model.untilCalls(asked + 1, soon());
  first.kill('SIGKILL');
  await first.exit;
  slack.say({ from: ann, text: 'Three' });
  const second = await start();
  await untilSaid('Two');
  await untilSaid('Three');
  await slack.waitFor(() => slack.deliveries.every(({ state }) => state === 'taken'), soon());
  second.kill('SIGTERM');
  expect((await second.exit).status).toBe(0);

  for (const word of ['One', 'Two', 'Three'])
    expect(answers().filter((text) => text.includes(word))).toHaveLength(1);
}, 120_000);
