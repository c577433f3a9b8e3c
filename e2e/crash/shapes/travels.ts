import { textOf } from '@cuttle/core-types';
import { idsOf } from '@cuttle/testkit/crash';
import { type Batch, type Doors, plainAnswer, toText } from '../batch.ts';
import { send } from './send.ts';
import { command, type Shape, tell } from './shape.ts';

interface Talk {
  readonly batch: Batch;
  readonly doors: Doors;
  readonly session: string;
  readonly expects?: 'answer' | 'cut-short';
}

/** A question is taken back once, however often the command is sent and done again; what was said before it stays, and what comes after is answered. */
export const rewind: Shape = {
  name: 'rewind',
  async say(batch, doors, signal) {
    const talk = { batch, doors, session: 'crash-rewind' };
    const id = `${batch.number}-rewind`;
    await converse(talk, [`${id}-a`], signal);
    // Once it is taken back, its answer is shown no more.
    await converse({ ...talk, expects: 'cut-short' }, [`${id}-b`], signal);
    const back = await instruct(talk, { key: `${id}-back`, text: '/rewind' }, signal);
    if (!back.startsWith('Taken back'))
      batch.violations.push(`/rewind was answered with "${back}"`);
    await converse(talk, [`${id}-c`], signal);
    const here = await readPresent(talk, id, signal);
    expectIds(batch, { what: 'after /rewind', found: here, wanted: [`${id}-a`, `${id}-c`] });
  },
};

/** The same, while the question is still being answered: its answer is cut short, and what waits behind it is not. */
export const rewindUnderWay: Shape = {
  name: 'rewind-under-way',
  async say(batch, doors) {
    const chat = 1019;
    const id = `${batch.number}-wayback`;
    const slow = { chat, expects: 'cut-short' } as const;
    tell(batch, doors, { ...slow, id: `${id}-a`, words: '[[tokens=40]] [[delay=12]]' });
    // Nothing may be there yet to be taken back.
    const reply = /^(?:Taken back|There is no question in this conversation)/;
    command(batch, doors, { chat, text: '/rewind', reply });
    tell(batch, doors, {
      chat,
      id: `${id}-b`,
      words: 'and on',
      answer: plainAnswer(`${id}-b`, 'and on'),
    });
  },
};

/** One fork comes of one command; both sessions begin alike and go on apart. */
export const fork: Shape = {
  name: 'fork',
  async say(batch, doors, signal) {
    const talk = { batch, doors, session: 'crash-fork' };
    const id = `${batch.number}-fork`;
    await converse(talk, [`${id}-a`, `${id}-b`], signal);
    const told = await instruct(talk, { key: `${id}-go`, text: `/fork ${id}` }, signal);
    const again = await instruct(talk, { key: `${id}-go`, text: `/fork ${id}` }, signal);
    const [, key = ''] = /of this one: (\S+)\. The/.exec(told) ?? [];
    if (key === '' || told !== again)
      batch.violations.push(`/fork was answered with "${told}", then with "${again}"`);
    const wanted = { search: id, limit: 10 };
    const { sessions } = await doors.client.call('sessions.list', wanted, signal);
    const keys = sessions.map(({ sessionKey }) => sessionKey);
    if (keys.join() !== key)
      batch.violations.push(`/fork made ${JSON.stringify(keys)}, and said ${key}`);
    await converse(talk, [`${id}-c`], signal);
    const apart = { ...talk, session: key };
    await answered(doors, await sendApart(apart, `${id}-d`, signal), signal);
    const both = [`${id}-a`, `${id}-b`];
    const here = await readPresent(talk, id, signal);
    expectIds(batch, { what: 'beside a fork', found: here, wanted: [...both, `${id}-c`] });
    const there = await readPresent(apart, id, signal);
    expectIds(batch, { what: 'in a fork', found: there, wanted: [...both, `${id}-d`] });
  },
};

/** Says one message after another, each when the one before was answered. */
async function converse(
  { batch, doors, session, expects = 'answer' }: Talk,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const id of ids) {
    const answer = plainAnswer(id, 'hello');
    const said = { session, id, words: 'hello', answer, expects };
    await answered(doors, await send({ batch, doors }, said, signal), signal);
  }
}

async function answered({ client }: Doors, runId: string, signal: AbortSignal): Promise<void> {
  const open = new Set(['queued', 'running', 'waiting', 'timeout']);
  for (;;) {
    const { status } = await client.call('agent.wait', { runId, timeoutMs: 5_000 }, signal);
    if (!open.has(status)) return;
  }
}

/** What a command was answered with. */
async function instruct(
  { doors: { client }, session }: Talk,
  { key, text }: { readonly key: string; readonly text: string },
  signal: AbortSignal,
): Promise<string> {
  const params = { sessionKey: session, message: text, idempotencyKey: key };
  const { reply = '' } = await client.call('chat.send', params, signal);
  return reply;
}

/** Into a session that begins with what was said elsewhere: the judge of places would take that for a stranger's. */
async function sendApart(
  { doors: { client }, session }: Talk,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const params = { sessionKey: session, message: toText(id, 'apart'), idempotencyKey: id };
  const { runId } = await client.call('chat.send', params, signal);
  return runId;
}

/** The ids of this shape's answers that the conversation holds now, in order. */
async function readPresent(
  { doors: { client }, session }: Talk,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { entries } = await client.call('chat.history', { sessionKey: session, limit: 50 }, signal);
  const present = entries.filter(({ past }) => past !== true);
  return present
    .flatMap(({ messages }) => messages)
    .flatMap((message) => (message.role === 'assistant' ? idsOf(textOf(message)) : []))
    .filter((id) => id.startsWith(prefix));
}

function expectIds(
  batch: Batch,
  {
    what,
    found,
    wanted,
  }: {
    readonly what: string;
    readonly found: readonly string[];
    readonly wanted: readonly string[];
  },
): void {
  if (found.join() !== wanted.join())
    batch.violations.push(`${what}: ${found.join()} in place of ${wanted.join()}`);
}
