import { setTimeout as sleep } from 'node:timers/promises';
import { openSlackServer, type SlackServer } from '@cuttle/testkit/slack';
import { faultRates, type SoakPlatform, type SoakPlatformOptions } from './platform.ts';

/** Of all conversations, how many are channels. */
const channelShare = 0.3;
/** Slack's own word for its limits is `ratelimited`; this one tells a fault of ours from a limit that was exceeded. */
const injected = 'rate_limited';
/** When an event is told again that was not taken; that it must be within three seconds is real time, as the machine's own delays are. https://docs.slack.dev/apis/events-api/#retries */
const retryMs = [0, 60_000, 300_000];

/** Events come by Socket Mode. */
export function openSlackPlatform(options: SoakPlatformOptions): Promise<SoakPlatform> {
  return openSlack(options, 'socket');
}

/** Events are posted to the gateway. */
export function openSlackHttpPlatform(options: SoakPlatformOptions): Promise<SoakPlatform> {
  return openSlack(options, 'http');
}

async function openSlack(
  { conversations: count, now, random, factor }: SoakPlatformOptions,
  mode: 'socket' | 'http',
): Promise<SoakPlatform> {
  const slack = await openSlackServer({
    limits: true,
    now,
    retryMs: retryMs.map((ms) => ms / factor),
  });
  const speakers = addSpeakers(slack, count);
  const faults = addFaults(slack, random);
  const { botToken, appToken, signingSecret, apiUrl } = slack;
  return {
    name: 'slack',
    account: {
      botToken,
      apiUrl,
      dmPolicy: 'open',
      queueMode: 'followup',
      ...(mode === 'socket' ? { appToken } : { signingSecret }),
    },
    conversations: [...speakers.keys()],
    limits: '1/s in a channel after 5 at once, 300/min in all; the tiers of other methods',
    cutsStay: false,
    perSecond: 4,
    async begin(url) {
      if (mode === 'http') return setRequestUrl(slack, new URL('/hooks/slack/main', url).href);
      const signal = AbortSignal.timeout(60_000);
      await slack.waitFor(() => slack.socket.connections > 0, signal);
    },
    say(channel, text) {
      const speaker = speakers.get(channel);
      if (speaker === undefined) throw new TypeError(`Nobody speaks in ${channel}`);
      slack.say({ ...speaker, channel, text });
    },
    seen: (channel) => slack.visible(channel).map(({ ts, shown }) => ({ id: ts, text: shown })),
    pending: () =>
      slack.deliveries.filter(({ state }) => state === 'waiting' || state === 'sent').length,
    repeats: () => slack.attempts.filter(({ number }) => number > 1).length,
    refusals: () =>
      slack.ledger.flatMap(({ method, args, error }) =>
        error === 'ratelimited' ? [`${method} ${JSON.stringify(args['channel'] ?? '')}`] : [],
      ),
    struck: () => ({
      limited: faults.limited.struck,
      failed: faults.failed.struck,
      cut: faults.cutBefore.struck + faults.cutAfter.struck,
      cutSends: slack.calls('chat.postMessage').filter(({ state }) => state === 'cut').length,
    }),
    [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose](),
  };
}

interface Speaker {
  readonly from: string;
  readonly mention: boolean;
}

function addSpeakers(slack: SlackServer, count: number): ReadonlyMap<string, Speaker> {
  const inChannels = Math.floor(count * channelShare);
  const people = Array.from({ length: count - inChannels }, (_, index) =>
    slack.user({ name: `person-${index}` }),
  );
  const speakers = new Map<string, Speaker>();
  for (const from of people) speakers.set(slack.direct(from), { from, mention: false });
  for (let index = 0; index < inChannels; index += 1)
    speakers.set(slack.channel({ name: `room-${index}`, members: people }), {
      from: people[index % people.length] ?? '',
      mention: true,
    });
  return speakers;
}

/** Until the gateway has connected, which its calls may fail at, too. */
async function setRequestUrl(slack: SlackServer, url: string): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      return await slack.setRequestUrl(url);
    } catch (error) {
      if (tries === 200) throw error;
      await sleep(50);
    }
}

function addFaults(slack: SlackServer, random: () => number) {
  const chance = (share: number) => ({ times: Infinity, match: () => random() < share });
  return {
    limited: slack.fail({
      ...chance(faultRates.limited),
      act: { error: injected, retryAfter: 1 },
    }),
    failed: slack.fail({
      ...chance(faultRates.failed),
      act: { status: 502, body: '<html>Bad Gateway</html>' },
    }),
    cutBefore: slack.fail({ ...chance(faultRates.cut / 2), act: 'cut' }),
    cutAfter: slack.fail({ ...chance(faultRates.cut / 2), when: 'after', act: 'cut' }),
  };
}
