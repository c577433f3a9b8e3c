import { answerText, emptyRun, Message, reduceRun, RunEvent, textOf } from '@cuttle/core-types';
import { AgentEventPayload } from '@cuttle/core-types/protocol';
import { cut, failWith, type ModelCall, type ModelServer, text, type Turn } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf, type RawClient, textAt } from './raw-client.ts';

/** No words twice, so that what is missing or doubled shows; longer than the overlap that is compared. */
const story =
  'The octopus has three hearts and blue blood. 🐙 Two of them pump it through both gills, while another one keeps all else moving. When she swims, that third heart stops: crawling suits her better. Eight arms hold most nerve cells, taste what they touch, and may solve a puzzle on their own.';
const pieces = story.match(/.{1,24}/gsu) ?? [];
const otherWords = 'In short: cuttlefish are cleverer still.';
const goodMorning = 'Good morning to you all.';

/** How the second model goes on, by the first word of the user's message; and what people see in the end. */
const manners = {
  goes: { say: (shown: string) => story.slice(shown.length), see: () => story },
  repeats: {
    say: (shown: string) => shown.slice(-200) + story.slice(shown.length),
    see: () => story,
  },
  restarts: { say: () => story, see: () => story },
  /** Nobody can tell that it means the same. */
  paraphrases: { say: () => otherWords, see: (shown: string) => shown + otherWords },
  /** Begins anew and loses the thread: after so many characters nothing else than to ask once more gives a whole answer. */
  strays: {
    say: (shown: string) => `${shown.slice(0, -2)}… I lost the thread.`,
    see: () => goodMorning,
  },
} as const;
type Manner = keyof typeof manners;
// Object.keys forgets the literal keys.
const names = Object.keys(manners) as Manner[];

const History = z.array(z.looseObject({ messages: z.array(Message) }));

const opened: (ModelServer | OpenGateway)[] = [];
afterAll(async () => {
  for (const one of opened.toReversed()) await one[Symbol.asyncDispose]();
});

/** By name, the models that have been cut. */
const down = new Set<string>();

/** The first model is cut after as many bytes as its own name says, and is down under that name afterwards. */
function firstScript({ model }: ModelCall): Turn {
  const bytes = Number.parseInt(model.slice(1), 10);
  if (down.has(model)) return failWith(503);
  if (bytes >= 0) down.add(model);
  return [
    ...pieces.map((piece) => text(piece)),
    ...(bytes < 0 ? [] : [cut({ afterBytes: bytes })]),
  ];
}

/** What the second model was told that people had seen, by the user's message. */
const told = new Map<string, string>();

function secondScript({ messages }: ModelCall): Turn {
  const asked = messages.find(({ role }) => role === 'user')?.text ?? '';
  const manner = manners[mannerOf(asked)];
  const shown = messages.findLast(({ role }) => role === 'assistant')?.text;
  if (shown === undefined && asked.startsWith('strays')) return [text(goodMorning)];
  if (shown !== undefined) told.set(asked, shown);
  const said = manner.say(shown ?? '');
  return (said.match(/.{1,7}/gsu) ?? []).map((piece) => text(piece));
}

function mannerOf(asked: string): Manner {
  const [first] = asked.split(' ');
  return names.find((name) => name === first) ?? 'goes';
}

/** Where an answer is cut: at every boundary of events, and three bytes inside each event. */
function cutsIn(body: string): readonly number[] {
  const places: number[] = [];
  let bytes = 0;
  for (const event of body.match(/.*?\n\n/gs) ?? []) {
    const size = Buffer.byteLength(event);
    places.push(...[0, 1, Math.floor(size / 2), size - 1].map((inside) => bytes + inside));
    bytes += size;
  }
  return places;
}

/** The bytes of the answer when nothing is cut. */
async function wholeBody(kind: keyof typeof servers, { url }: ModelServer): Promise<string> {
  const question = { model: 'm-1', stream: true, messages: [{ role: 'user', content: 'goes' }] };
  const [path, headers, more] =
    kind === 'openai'
      ? [
          '/chat/completions',
          { authorization: 'Bearer test-key' },
          { stream_options: { include_usage: true } },
        ]
      : [
          '/v1/messages',
          { 'x-api-key': 'test-key', 'anthropic-version': '2023-06-01' },
          { max_tokens: 100 },
        ];
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...question, ...more }),
  });
  return response.text();
}

const servers = { openai: openOpenaiServer, anthropic: openAnthropicServer };

describe.each([
  ['openai', 'anthropic'],
  ['anthropic', 'openai'],
] as const)('an answer of %s that is cut', (firstKind, secondKind) => {
  let gateway: OpenGateway;
  let client: RawClient;
  let places: readonly number[];
  beforeAll(async () => {
    down.clear();
    const options = { models: [], idSeed: 'cut' };
    const first = await servers[firstKind]({ ...options, script: firstScript });
    const second = await servers[secondKind]({ ...options, script: secondScript });
    gateway = await openGateway({
      config: {
        providers: {
          first: { kind: firstKind, baseUrl: first.url, apiKey: 'test-key' },
          second: { kind: secondKind, baseUrl: second.url, apiKey: 'test-key' },
        },
        agents: { defaults: { model: 'first/m-1', fallbacks: ['second/stand-in'] } },
      },
    });
    opened.push(first, second, gateway);
    client = await gateway.connect();
    places = cutsIn(await wholeBody(firstKind, first));
  });

  it.each(names)('is whole and shows nothing twice where the next model %s', async (manner) => {
    let begun = 0;
    for (let at = 0; at < places.length; at += 16) {
      const some = places.slice(at, at + 16);
      const seen = await Promise.all(some.map((bytes) => see(manner, bytes)));
      const wanted = some.map((bytes) => {
        const shown = told.get(`${manner} ${bytes} ${firstKind}`) ?? '';
        begun += shown === '' ? 0 : 1;
        const origin = { dialect: expect.any(String), provider: 'second', model: 'stand-in' };
        const whole = manners[manner].see(shown);
        const isReset = manner === 'strays' && shown !== '';
        return { bytes, live: whole, stored: whole, origin, isReset };
      });
      expect(seen).toEqual(wanted);
    }
    // A cut may swallow what came right before it, the more the busier the machine is.
    expect(begun).toBeGreaterThan(places.length / 2);
  });

  /** Says the name of `manner` in a session of its own: what the socket shows, and what the history keeps. */
  async function see(manner: Manner, bytes: number): Promise<object> {
    const sessionKey = `${manner}-${bytes}`;
    await run(sessionKey, `/model first/m${bytes}-${manner}`);
    const runId = await run(sessionKey, `${manner} ${bytes} ${firstKind}`);
    const events = client.events
      .filter(({ event, payload }) => event === 'agent' && payload['runId'] === runId)
      .map(({ payload }) => RunEvent.parse(AgentEventPayload.parse(payload).data));
    const { entries } = payloadOf(await client.call('chat.history', { sessionKey }));
    const stored = History.parse(entries).at(-1)?.messages.at(-1);
    return {
      bytes,
      live: answerText(events.reduce(reduceRun, emptyRun)),
      stored: stored && textOf(stored),
      origin: stored?.role === 'assistant' && stored.origin,
      isReset: events.some(({ type }) => type === 'text.reset'),
    };
  }

  async function run(sessionKey: string, message: string): Promise<string> {
    const params = { sessionKey, message, idempotencyKey: `${sessionKey} ${message}` };
    const { status, ...payload } = payloadOf(await client.call('chat.send', params));
    const runId = textAt(payload, 'runId');
    if (status === 'accepted')
      await client.until(
        ({ event, payload: said }) =>
          event === 'chat' && said['runId'] === runId && said['state'] !== 'delta',
      );
    return runId;
  }
});
