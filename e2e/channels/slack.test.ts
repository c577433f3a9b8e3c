import { echoScript, type ModelServer } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openSlackServer, type SlackServer, type SlackServerOptions } from '@cuttle/testkit/slack';
import { expect, it } from 'vitest';
import { openServerHome, type RunningServer, type ServerHome } from '../signals/run-server.ts';
import { localModel } from './local-model.ts';

const soon = (): AbortSignal => AbortSignal.timeout(40_000);

/** Slack, a model, the home of a gateway that hears of Slack in one way, and somebody who writes to it. */
interface World extends AsyncDisposable {
  readonly slack: SlackServer;
  readonly model: ModelServer;
  readonly home: ServerHome;
  readonly ann: string;
  /** What is shown to Ann alone. */
  readonly direct: Watched;
}

async function openWorld(
  by: 'appToken' | 'signingSecret',
  options: SlackServerOptions = {},
): Promise<World> {
  await using made = new AsyncDisposableStack();
  const slack = made.use(await openSlackServer(options));
  const model = made.use(await openOpenaiServer({ script: echoScript() }));
  const { botToken, apiUrl } = slack;
  // How soon Slack lets many messages into one chat is not asked here.
  const limits = { perConversation: { count: 1000, windowMs: 1000 } };
  const main = { botToken, apiUrl, dmPolicy: 'open', limits, [by]: slack[by] };
  const home = made.use(
    await openServerHome({
      ...localModel(model.url),
      channels: { slack: { main } },
      delivery: { deadlineMs: 800, marginMs: 100 },
      log: { level: 'warn' },
    }),
  );
  const ann = slack.user({ name: 'ann', realName: 'Ann' });
  const direct = watch(slack, slack.direct(ann));
  const all = made.move();
  return {
    slack,
    model,
    home,
    ann,
    direct,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

interface Watched {
  answers(): string[];
  untilSaid(words: string): Promise<true>;
}

function watch(slack: SlackServer, channel: string, thread?: string): Watched {
  const answers = (): string[] => slack.visible(channel, thread).map(({ shown }) => shown);
  const untilSaid = (words: string): Promise<true> =>
    slack.waitFor(() => answers().some((text) => text.includes(words)), soon());
  return { answers, untilSaid };
}

/** Ready, and connected in Socket Mode. */
async function startConnected({ home, slack }: World): Promise<RunningServer> {
  const before = slack.socket.hellos;
  const server = home.start();
  await server.ready;
  await slack.waitFor(() => slack.socket.hellos > before, soon());
  return server;
}

/** Ready, proved, and known to Slack by its address. */
async function startAddressed({ home, slack }: World): Promise<RunningServer> {
  const before = slack.calls('auth.test').length;
  const server = home.start();
  const url = new URL('/hooks/slack/main', await server.ready);
  // Proved, and then asked once more by what receives.
  await slack.waitFor(() => slack.calls('auth.test').length >= before + 2, soon());
  await slack.setRequestUrl(url.href);
  return server;
}

/** Asks, and has the same event told twice. */
async function askTwiceTold({ slack, ann, direct }: World, words: string): Promise<void> {
  const { delivery } = slack.say({ from: ann, text: words });
  await direct.untilSaid(words);
  if (delivery) slack.sendDuplicate(delivery);
}

/** Killed while the model is asked: the run is taken over, and what was not acknowledged comes again. */
async function killWhileAsked(
  { slack, model, ann, direct }: World,
  server: RunningServer,
  start: () => Promise<RunningServer>,
): Promise<RunningServer> {
  const asked = model.requests.length;
  slack.say({ from: ann, text: '[[first=800]] Two' });
  await model.untilCalls(asked + 1, soon());
  await end(server, 'SIGKILL');
  slack.say({ from: ann, text: 'Three' });
  const next = await start();
  await direct.untilSaid('Two');
  await direct.untilSaid('Three');
  return next;
}

async function end(server: RunningServer, signal: NodeJS.Signals): Promise<number> {
  server.kill(signal);
  return (await server.exit).status;
}

function expectEachOnce({ direct }: World, words: readonly string[]): void {
  for (const word of words)
    expect(direct.answers().filter((text) => text.includes(word))).toHaveLength(1);
}

it('answers each message on Slack once in Socket Mode, whatever is killed, cut or told again', async () => {
  await using world = await openWorld('appToken');
  const { slack, ann, direct } = world;
  const general = slack.channel({ name: 'general', members: [ann] });
  const start = (): Promise<RunningServer> => startConnected(world);

  const first = await start();
  await askTwiceTold(world, 'One');
  const { ts } = slack.say({ from: ann, channel: general, text: 'A topic' });
  slack.say({ from: ann, channel: general, threadTs: ts, text: 'Here', mention: true });
  await watch(slack, general, ts).untilSaid('Here');
  const second = await killWhileAsked(world, first, start);

  // A send whose answer is lost is found again by its key.
  slack.fail({ method: 'chat.postMessage', when: 'after', act: 'cut' });
  slack.say({ from: ann, text: 'Four' });
  await direct.untilSaid('Four');
  slack.socket.refresh();
  slack.say({ from: ann, text: 'Five' });
  await direct.untilSaid('Five');
  expect(await end(second, 'SIGTERM')).toBe(0);

  expectEachOnce(world, ['One', 'Two', 'Three', 'Four', 'Five']);
  expect(watch(slack, general).answers()).toEqual([]);
  expect(watch(slack, general, ts).answers()).toHaveLength(1);
}, 120_000);

it('answers what Slack tells no more, since nobody listened for so long', async () => {
  // What was heard is always older than what Slack would repeat.
  await using world = await openWorld('appToken', { now: () => Date.now() - 600_000 });
  const { slack, ann, direct } = world;
  const start = (): Promise<RunningServer> => startConnected(world);

  const first = await start();
  slack.say({ from: ann, text: 'One' });
  await direct.untilSaid('One');
  await end(first, 'SIGTERM');
  // Killed between an event and its commit.
  const second = await start();
  slack.say({ from: ann, text: 'Two' });
  await end(second, 'SIGKILL');
  slack.say({ from: ann, text: 'Three' });
  slack.giveUpDeliveries();
  const third = await start();
  await direct.untilSaid('Three');
  expect(await end(third, 'SIGTERM')).toBe(0);

  const said = ['One', 'Two', 'Three'].map((word): unknown => expect.stringContaining(word));
  expect(direct.answers()).toEqual(said);
}, 120_000);

it('answers each message on Slack once by HTTP, whatever is killed or told again', async () => {
  await using world = await openWorld('signingSecret', { retryMs: [50], maxRetries: 100 });
  const { slack } = world;
  const start = (): Promise<RunningServer> => startAddressed(world);

  const first = await start();
  await askTwiceTold(world, 'One');
  const second = await killWhileAsked(world, first, start);
  await slack.waitFor(() => slack.deliveries.every(({ state }) => state === 'taken'), soon());
  expect(await end(second, 'SIGTERM')).toBe(0);

  expectEachOnce(world, ['One', 'Two', 'Three']);
}, 120_000);
