// oxlint-disable max-lines -- a catalogue: each shape stands by itself, and all of them are one list
import { setTimeout as sleep } from 'node:timers/promises';
import { isCuttleError } from '@cuttle/core-types/errors';
import { type Batch, type Doors, plainAnswer, toCalls, toText } from './batch.ts';

/**
 * A shape of a turn: says its messages, at its own pace and whatever happens to the gateway meanwhile, and notes what must come
 * of them. Resolves when it has nothing more to say and everything it waits for was acknowledged.
 */
export interface Shape {
  readonly name: string;
  say(batch: Batch, doors: Doors, signal: AbortSignal): Promise<void>;
}

/** Says a message to the bot; Telegram keeps it until the gateway confirms it. */
function tell(
  batch: Batch,
  { telegram }: Doors,
  message: {
    readonly chat: number;
    readonly id: string;
    readonly words: string;
    readonly answer?: string;
    readonly expects?: 'answer' | 'cut-short';
  },
): void {
  const { chat, id, words, answer, expects = 'answer' } = message;
  const place = `telegram:${chat}`;
  batch.chats.add(chat);
  batch.said.push({ id, place, order: batch.said.length, expects, answer });
  telegram.say({ from: chat, text: toText(id, words) });
}

function command(
  batch: Batch,
  { telegram }: Doors,
  { chat, text, reply }: { chat: number; text: string; reply: RegExp },
): void {
  batch.chats.add(chat);
  batch.notices.push({ place: `telegram:${chat}`, words: reply, count: 'once' });
  telegram.say({ from: chat, text });
}

const plain: Shape = {
  name: 'plain',
  async say(batch, doors) {
    for (const part of ['a', 'b', 'c']) {
      const id = `${batch.number}-plain-${part}`;
      const words = `hello ${part}`;
      tell(batch, doors, { chat: 1001, id, words, answer: plainAnswer(id, words) });
    }
  },
};

const tools: Shape = {
  name: 'tools',
  async say(batch, doors) {
    const id = `${batch.number}-tools`;
    const steps = (['pure', 'keyed', 'probeable', 'opaque'] as const).map((effect) =>
      toCalls(batch, [{ effect, name: `${id}-${effect}`, delayMs: 10 }]),
    );
    tell(batch, doors, { chat: 1002, id, words: `${steps.join(' ')} now` });
  },
};

const parallel: Shape = {
  name: 'parallel',
  async say(batch, doors) {
    const id = `${batch.number}-parallel`;
    const calls = (['opaque', 'pure', 'probeable', 'keyed', 'opaque'] as const).map(
      (effect, index) => ({ effect, name: `${id}-${index}`, delayMs: 10 * index }),
    );
    tell(batch, doors, { chat: 1003, id, words: `${toCalls(batch, calls)} together` });
  },
};

/** Requests that take effect when their sender has long been dead and started again. */
const late: Shape = {
  name: 'late',
  async say(batch, doors) {
    const id = `${batch.number}-late`;
    const calls = (['probeable', 'keyed'] as const).map((effect) => ({
      effect,
      name: `${id}-${effect}`,
      delayMs: 1200,
    }));
    tell(batch, doors, { chat: 1015, id, words: `${toCalls(batch, calls)} slowly` });
  },
};

const words =
  'the quick brown fox jumps over a lazy dog while seven wizards quietly boil green tea near an old stone bridge'.split(
    ' ',
  );

/** What the echo script answers to `[[tokens=]]`. */
function tokensAnswer(id: string, count: number): string {
  const said = Array.from({ length: count }, (_, index) => words[index % words.length]);
  return `(id=${id}) ${said.join(' ')}`;
}

const long: Shape = {
  name: 'long',
  async say(batch, doors) {
    const id = `${batch.number}-long`;
    const answer = tokensAnswer(id, 2000);
    tell(batch, doors, { chat: 1004, id, words: '[[tokens=2000]]', answer });
    const after = `${batch.number}-long-after`;
    tell(batch, doors, {
      chat: 1004,
      id: after,
      words: 'and then',
      answer: plainAnswer(after, 'and then'),
    });
  },
};

const stream: Shape = {
  name: 'stream',
  async say(batch, doors) {
    const id = `${batch.number}-stream`;
    const answer = tokensAnswer(id, 40);
    tell(batch, doors, { chat: 1005, id, words: '[[tokens=40]] [[delay=12]]', answer });
  },
};

/** Streams more than one message holds, so that the surplus of a bubble is new parts. */
const streamLong: Shape = {
  name: 'stream-long',
  async say(batch, doors) {
    const id = `${batch.number}-streamlong`;
    const answer = tokensAnswer(id, 1000);
    tell(batch, doors, {
      chat: 1006,
      id,
      words: '[[tokens=1000]] [[first=10]] [[delay=0]]',
      answer,
    });
    tell(batch, doors, {
      chat: 1006,
      id: `${id}-slow`,
      words: '[[tokens=30]] [[delay=10]]',
      answer: tokensAnswer(`${id}-slow`, 30),
    });
  },
};

const queue20: Shape = {
  name: 'queue-20',
  async say(batch, doors) {
    const first = `${batch.number}-queue-0`;
    tell(batch, doors, {
      chat: 1007,
      id: first,
      words: '[[tokens=20]] [[delay=10]]',
      answer: tokensAnswer(first, 20),
    });
    for (let index = 1; index <= 20; index += 1) {
      const id = `${batch.number}-queue-${index}`;
      tell(batch, doors, {
        chat: 1007,
        id,
        words: `${index}`,
        answer: plainAnswer(id, `${index}`),
      });
    }
  },
};

const collect: Shape = {
  name: 'collect',
  async say(batch, doors, signal) {
    const chat = 1008;
    command(batch, doors, { chat, text: '/queue collect', reply: /^From now on.*collect/ });
    const id = `${batch.number}-collect`;
    tell(batch, doors, { chat, id: `${id}-0`, words: '[[tokens=10]] [[delay=15]]' });
    for (let index = 1; index <= 3; index += 1) {
      await sleep(30, undefined, { signal });
      tell(batch, doors, { chat, id: `${id}-${index}`, words: `part ${index}` });
    }
  },
};

const steer: Shape = {
  name: 'steer',
  async say(batch, doors, signal) {
    const chat = 1009;
    command(batch, doors, { chat, text: '/queue steer', reply: /^From now on.*steer/ });
    const id = `${batch.number}-steer`;
    const step = toCalls(batch, [{ effect: 'keyed', name: `${id}-call`, delayMs: 120 }]);
    tell(batch, doors, { chat, id: `${id}-0`, words: `${step} go` });
    await sleep(70, undefined, { signal });
    tell(batch, doors, { chat, id: `${id}-1`, words: 'a bit to the left' });
    await sleep(60, undefined, { signal });
    tell(batch, doors, { chat, id: `${id}-2`, words: 'and back' });
  },
};

const interrupt: Shape = {
  name: 'interrupt',
  async say(batch, doors, signal) {
    const chat = 1010;
    command(batch, doors, { chat, text: '/queue interrupt', reply: /^From now on.*interrupt/ });
    const id = `${batch.number}-interrupt`;
    tell(batch, doors, {
      chat,
      id: `${id}-0`,
      words: '[[tokens=40]] [[delay=12]]',
      expects: 'cut-short',
    });
    await sleep(200, undefined, { signal });
    tell(batch, doors, { chat, id: `${id}-1`, words: 'no, this' });
  },
};

const stop: Shape = {
  name: 'stop',
  async say(batch, doors, signal) {
    const chat = 1011;
    const id = `${batch.number}-stop`;
    const cut = { chat, expects: 'cut-short' } as const;
    tell(batch, doors, { ...cut, id: `${id}-0`, words: '[[tokens=40]] [[delay=12]]' });
    tell(batch, doors, { ...cut, id: `${id}-1`, words: 'waiting' });
    await sleep(150, undefined, { signal });
    command(batch, doors, { chat, text: '/stop', reply: /^(Stopped|Nothing was running)\./ });
    // What was stopped before its first word is still in the transcript, so that the answer may name it too.
    tell(batch, doors, { chat, id: `${id}-2`, words: 'go on' });
  },
};

const status: Shape = {
  name: 'status',
  async say(batch, doors) {
    command(batch, doors, { chat: 1012, text: '/status', reply: /^Agent / });
    command(batch, doors, { chat: 1012, text: '/new', reply: /^A new conversation begins/ });
    const id = `${batch.number}-new`;
    tell(batch, doors, { chat: 1012, id, words: 'hello', answer: plainAnswer(id, 'hello') });
  },
};

/** What was said is summarised while more is being said. */
const compact: Shape = {
  name: 'compact',
  async say(batch, doors) {
    const chat = 1016;
    for (const part of ['a', 'b', 'c', 'd', 'e']) {
      const id = `${batch.number}-compact-${part}`;
      const said = `about ${part}`;
      tell(batch, doors, { chat, id, words: said, answer: plainAnswer(id, said) });
    }
    command(batch, doors, { chat, text: '/compact keep names', reply: /^Summarised \d+ entries/ });
    const id = `${batch.number}-compact-after`;
    tell(batch, doors, { chat, id, words: 'and on', answer: plainAnswer(id, 'and on') });
  },
};

const reminder: Shape = {
  name: 'reminder',
  async say(batch, doors) {
    const chat = 1013;
    const id = `${batch.number}-reminder`;
    const text = toText(`${id}-due`, 'tea');
    const step = `[[tool=reminder_set ${JSON.stringify({ text, inSeconds: 1 })}]]`;
    tell(batch, doors, { chat, id, words: `${step} please` });
    // Fired by the schedule, not said: it has no order among what people say.
    batch.said.push({
      id: `${id}-due`,
      place: `telegram:${chat}`,
      expects: 'answer',
      answer: plainAnswer(`${id}-due`, '[reminder] tea'),
    });
  },
};

const approval: Shape = {
  name: 'approval',
  async say(batch, doors) {
    const chat = 1014;
    const id = `${batch.number}-approval`;
    const first = toCalls(batch, [{ effect: 'keyed', name: `${id}-before` }]);
    const gated = toCalls(batch, [{ effect: 'gated', name: `${id}-gated` }]);
    tell(batch, doors, { chat, id, words: `${first} ${gated} if I may` });
    const place = `telegram:${chat}`;
    // The end takes the question's place; where the question's receipt was lost, it stands beside it.
    const end = /^I asked to use crash_gated/;
    batch.notices.push({ place, words: /^May I use crash_gated/, count: 'optional', end });
    batch.notices.push({ place, words: end, count: 'optional' });
    batch.notices.push({ place, words: /^Approved: crash_gated/, count: 'once' });
    batch.notices.push({ place, words: /^Nothing waits for an approval/, count: 'optional' });
    let asked = false;
    batch.approve = () => {
      if (asked) return;
      asked = true;
      doors.telegram.say({ from: chat, text: '/approve' });
    };
  },
};

/** Two sub-agents side by side, one of them with one of its own, then one that is waited for apart. */
const subagents: Shape = {
  name: 'subagents',
  async say(batch, doors) {
    const id = `${batch.number}-subagents`;
    const inner = { task: '[[say=below]]', label: `${id}-below`, wait: true };
    const above = { task: `[[tool=agent_spawn ${JSON.stringify(inner)}]]`, label: `${id}-above` };
    const beside = { task: '[[tokens=10]] [[delay=10]]', label: `${id}-beside` };
    const spawns = [above, beside].map(
      (task) => `agent_spawn ${JSON.stringify({ ...task, wait: true })}`,
    );
    const apart = { task: '[[say=apart]]', label: `${id}-apart`, wait: true };
    const last = `[[tool=agent_spawn ${JSON.stringify(apart)}]]`;
    tell(batch, doors, { chat: 1018, id, words: `[[parallel=${spawns.join(',')}]] ${last} go` });
  },
};

/** A stop that reaches two levels below. */
const subagentsStop: Shape = {
  name: 'subagents-stop',
  async say(batch, doors, signal) {
    const chat = 1017;
    const id = `${batch.number}-subagentsstop`;
    const slow = { task: '[[tokens=40]] [[delay=15]]', label: `${id}-below`, wait: true };
    const above = { task: `[[tool=agent_spawn ${JSON.stringify(slow)}]]`, label: id, wait: true };
    const start = `[[tool=agent_spawn ${JSON.stringify(above)}]] go`;
    tell(batch, doors, { chat, id: `${id}-0`, words: start, expects: 'cut-short' });
    await sleep(250, undefined, { signal });
    command(batch, doors, { chat, text: '/stop', reply: /^(Stopped|Nothing was running)\./ });
    tell(batch, doors, { chat, id: `${id}-1`, words: 'go on' });
  },
};

/** Sessions that shapes talk in over the WebSocket. */
export const socketSessions = ['crash-socket', 'crash-socket-tools', 'crash-abort'] as const;

const socket: Shape = {
  name: 'socket',
  async say(batch, doors, signal) {
    const id = `${batch.number}-socket`;
    const session = 'crash-socket';
    const sent = ['a', 'b', 'c'].map(async (part) => {
      const line = `over the wire ${part}`;
      const answer = plainAnswer(`${id}-${part}`, line);
      await send({ batch, doors }, { session, id: `${id}-${part}`, words: line, answer }, signal);
    });
    await Promise.all(sent);
  },
};

const socketTools: Shape = {
  name: 'socket-tools',
  async say(batch, doors, signal) {
    const id = `${batch.number}-sockettools`;
    const session = 'crash-socket-tools';
    const step = toCalls(batch, [
      { effect: 'probeable', name: `${id}-p`, delayMs: 40 },
      { effect: 'opaque', name: `${id}-o`, delayMs: 20 },
    ]);
    const first = send({ batch, doors }, { session, id, words: `${step} go` }, signal);
    await sleep(50, undefined, { signal });
    const steering = { session, id: `${id}-steer`, words: 'left', mode: 'steer' } as const;
    await Promise.all([first, send({ batch, doors }, steering, signal)]);
  },
};

/** A file that the model is read: what it says is found in one run, and told to the next one too. */
const socketDocument: Shape = {
  name: 'socket-document',
  async say(batch, doors, signal) {
    const id = `${batch.number}-document`;
    const session = 'crash-document';
    const data = Buffer.from(`The plan of ${id}.`).toString('base64');
    const attachments = [{ mimeType: 'text/plain', name: 'plan.txt', data }];
    await send({ batch, doors }, { session, id, words: 'read this', attachments }, signal);
    await send({ batch, doors }, { session, id: `${id}-after`, words: 'and now' }, signal);
  },
};

/** A file that a messenger holds: it is fetched by the run, and told to the next one too. */
const heldFile: Shape = {
  name: 'held-file',
  async say(batch, doors) {
    const chat = 1016;
    const id = `${batch.number}-file`;
    const bytes = Buffer.from(`The plan of ${id}.`);
    batch.chats.add(chat);
    batch.said.push({
      id,
      place: `telegram:${chat}`,
      order: batch.said.length,
      expects: 'answer',
    });
    const file = { kind: 'document', name: 'plan.txt', mimeType: 'text/plain', bytes } as const;
    doors.telegram.say({ from: chat, text: toText(id, 'read this'), file });
    const after = `${id}-after`;
    tell(batch, doors, {
      chat,
      id: after,
      words: 'and now',
      answer: plainAnswer(after, 'and now'),
    });
  },
};

/** The client stops an answer: by the method, not by a command. */
const socketAbort: Shape = {
  name: 'socket-abort',
  async say(batch, doors, signal) {
    const id = `${batch.number}-abort`;
    const session = 'crash-abort';
    const slow = {
      session,
      id,
      words: '[[tokens=40]] [[delay=12]]',
      expects: 'cut-short',
    } as const;
    await send({ batch, doors }, slow, signal);
    await sleep(100, undefined, { signal });
    await abort(doors, session, signal);
    await send({ batch, doors }, { session, id: `${id}-after`, words: 'again' }, signal);
  },
};

/** `chat.abort` has no key: asked again when its answer was lost with the gateway. */
async function abort({ client }: Doors, sessionKey: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await client.call('chat.abort', { sessionKey }, signal);
      return;
    } catch (error) {
      if (!isCuttleError(error, 'gateway.not-running')) throw error;
      await sleep(20, undefined, { signal });
    }
  }
}

/** Sent again by the client under the same key until it is acknowledged. */
async function send(
  { batch, doors: { client } }: { readonly batch: Batch; readonly doors: Doors },
  message: {
    readonly session: string;
    readonly id: string;
    readonly words: string;
    readonly answer?: string;
    readonly mode?: 'steer';
    readonly attachments?: readonly { mimeType: string; name: string; data: string }[];
    readonly expects?: 'answer' | 'cut-short';
  },
  signal: AbortSignal,
): Promise<void> {
  const { session, id, words: said, answer, mode, attachments, expects = 'answer' } = message;
  const order = batch.said.length;
  const place = `ws:${session}`;
  batch.sessions.add(session);
  batch.said.push({ id, place, order, expects, answer });
  const params = {
    sessionKey: session,
    message: toText(id, said),
    idempotencyKey: id,
    ...(mode && { queueMode: mode }),
    ...(attachments && { attachments: [...attachments] }),
  };
  await client.call('chat.send', params, signal);
}

/** A client of the OpenAI-compatible door that asks again under its key until it is answered; then once more. */
const http: Shape = {
  name: 'http',
  async say(batch, doors, signal) {
    const id = `${batch.number}-http`;
    const step = toCalls(batch, [{ effect: 'keyed', name: `${id}-call`, delayMs: 30 }]);
    const place = `http:${id}`;
    batch.said.push({ id, place, order: 0, expects: 'answer' });
    const answers = [
      await complete(doors, { id, words: `${step} over http` }, signal),
      await complete(doors, { id, words: `${step} over http` }, signal),
    ];
    const [first = '', second] = answers;
    if (first !== second)
      batch.violations.push(`${place} was answered "${first}", then "${second}"`);
    batch.answers.push({ place, text: first });
  },
};

async function complete(
  { url, token }: Doors,
  { id, words: said }: { id: string; words: string },
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': id,
        },
        body: JSON.stringify({
          model: 'cuttle',
          messages: [{ role: 'user', content: toText(id, said) }],
        }),
        signal,
      });
      const text = await response.text();
      if (response.status !== 200) throw new TypeError(`HTTP ${response.status}: ${text}`);
      return textOfCompletion(text);
    } catch (error) {
      signal.throwIfAborted();
      // The gateway is down or went down: `fetch` says no more than that.
      if (!(error instanceof TypeError) || error.message.startsWith('HTTP 4')) throw error;
      await sleep(20, undefined, { signal });
    }
  }
}

function textOfCompletion(text: string): string {
  // What our own door answers; a wrong shape is told by the judge as a lost answer.
  const { choices } = JSON.parse(text) as {
    readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
  };
  return choices?.[0]?.message?.content ?? '';
}

export const shapes = {
  plain,
  tools,
  parallel,
  late,
  long,
  stream,
  streamLong,
  queue20,
  collect,
  steer,
  interrupt,
  stop,
  status,
  reminder,
  approval,
  compact,
  subagents,
  subagentsStop,
  socket,
  socketTools,
  socketAbort,
  socketDocument,
  heldFile,
  http,
} as const satisfies Readonly<Record<string, Shape>>;
export type ShapeName = keyof typeof shapes;
