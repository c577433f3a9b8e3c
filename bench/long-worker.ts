import { parentPort, workerData } from 'node:worker_threads';
import { type ModelCall, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';

const { window, order } = workerData as { window: number; order: string }; // given by startLongModel
const facts = { calls: 0, summaries: 0, withoutOrder: 0, refused: 0 };

/** `read N kB` asks for a tool of the client; all else is answered in a line. */
function answer(call: ModelCall): ReturnType<typeof text>[] | ReturnType<typeof toolCall>[] {
  facts.calls += 1;
  if (call.system.startsWith('You keep the memory of a conversation')) {
    facts.summaries += 1;
    return [text(`## State\n- ${facts.summaries} summaries so far; the talk is about modules`)];
  }
  if (!call.system.includes(order)) facts.withoutOrder += 1;
  const last = call.messages.at(-1);
  const wish = last?.role === 'user' ? /read (\d+) kB for message \d+$/.exec(last.text) : null;
  if (wish) return [toolCall('look', { kb: Number(wish[1]) })];
  return [text('Yes, that is so; the module is fine and nothing has to be done about it.')];
}

const server = await openOpenaiServer({
  script: answer,
  models: [{ id: 'gpt-4.1-mini', contextWindow: window, maxOutputTokens: 4_096 }],
  maxRequests: 100,
});
parentPort?.on('message', () => {
  const told = { ...facts, refused: server.rejections.length, faults: server.violations.length };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(told);
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(server.url);
