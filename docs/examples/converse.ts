import { createInterface } from 'node:readline/promises';
import { reduceTranscript, runAgent } from '@cuttle/agent';
import { type Message, userText } from '@cuttle/core-types';
import { createOllama } from '@cuttle/providers/ollama';

const provider = createOllama({ baseUrl: process.env['OLLAMA_HOST'] });
let messages: readonly Message[] = [];
for await (const line of createInterface({ input: process.stdin })) {
  messages = messages.concat(userText(line));
  const input = { model: 'llama3.2', messages };
  for await (const event of runAgent(input, { provider }, AbortSignal.timeout(300_000))) {
    messages = reduceTranscript(messages, event);
    if (event.type === 'text.delta') process.stdout.write(event.text);
    if (event.type === 'run.end') console.log(` (${event.outcome.status})`);
  }
}
