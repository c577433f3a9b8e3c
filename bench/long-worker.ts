import { parentPort, workerData } from 'node:worker_threads';
import { type ModelCall, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import type { BeforeSummary } from './long-model.ts';

const { window, order } = workerData as { window: number; order: string }; // given by startLongModel
const facts = { calls: 0, summaries: 0, withoutOrder: 0, equal: 0 };
const different: string[] = [];
const befores: BeforeSummary[] = [];
/** The messages of the requests of those turns. */
const bytesOf = new Map<number, string>();
/** The newest plain turn since the last summary. */
let plain: { readonly turn: number; readonly bytes: string } | undefined;

/** `read N kB` asks for a tool of the client; all else is answered in a line. */
function answer(call: ModelCall): ReturnType<typeof text>[] | ReturnType<typeof toolCall>[] {
  facts.calls += 1;
  if (call.system.startsWith('You keep the memory of a conversation')) {
    if (plain) {
      befores.push({ turn: plain.turn, summaries: facts.summaries });
      bytesOf.set(plain.turn, plain.bytes);
    }
    plain = undefined;
    facts.summaries += 1;
    return [text(`## State\n- ${facts.summaries} summaries so far; the talk is about modules`)];
  }
  // What is asked before a summary: no turn of a conversation.
  if (call.system.startsWith('You keep what an agent remembers')) return [text('Nothing.')];
  if (!call.system.includes(order)) facts.withoutOrder += 1;
  const last = call.messages.at(-1);
  const said = last?.role === 'user' ? last.text : '';
  const wish = /read (\d+) kB for message \d+$/.exec(said);
  if (wish) return [toolCall('look', { kb: Number(wish[1]) })];
  const turn = /^message (\d+):/.exec(said)?.[1];
  if (turn !== undefined) hear(Number(turn), call);
  return [text('Yes, that is so; the module is fine and nothing has to be done about it.')];
}

/** Our own encoder writes JSON without spaces, and keys stay in their order: what is written again is what came. */
function hear(turn: number, { request }: ModelCall): void {
  const { messages } = request.body as { messages: readonly { readonly role: string }[] }; // the server has checked it
  const bytes = JSON.stringify(messages.filter(({ role }) => role !== 'system'));
  const before = bytesOf.get(turn);
  if (before === undefined) plain = { turn, bytes };
  else if (before === bytes) facts.equal += 1;
  else different.push(`message ${turn}: ${differenceOf(before, bytes)}`);
}

function differenceOf(before: string, now: string): string {
  let at = 0;
  while (at < before.length && before[at] === now[at]) at += 1;
  const place = `${before.length} characters before, ${now.length} now, other ones from ${at}`;
  return `${place}: ${before.slice(at, at + 80)} | ${now.slice(at, at + 80)}`;
}

const server = await openOpenaiServer({
  script: answer,
  models: [{ id: 'gpt-4.1-mini', contextWindow: window, maxOutputTokens: 4_096 }],
  maxRequests: 100,
});
parentPort?.on('message', () => {
  const counted = { refused: server.rejections.length, faults: server.violations.length };
  const told = { ...facts, ...counted, befores, different };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(told);
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(server.url);
