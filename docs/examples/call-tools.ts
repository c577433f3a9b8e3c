import { setTimeout as sleep } from 'node:timers/promises';
import { userText } from '@cuttle/core-types';
import { createRetrying } from '@cuttle/providers';
import { createOpenai } from '@cuttle/providers/openai';

const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = process.env;
const clock = { sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }) };
const openai = createOpenai({ apiKey, baseUrl });
const provider = createRetrying(openai, { clock, random: Math.random });
const messages = [userText('How warm is it in Kiel?')];
const tools = [
  {
    name: 'weather',
    description: 'The weather at a place.',
    parameters: { type: 'object', properties: { place: { type: 'string' } } },
  },
];
const request = { model: 'gpt-4.1-mini', system: 'Be brief.', messages, tools };
for await (const event of provider.stream(request, AbortSignal.timeout(60_000))) {
  if (event.type === 'text.delta') process.stdout.write(event.text);
  if (event.type === 'tool.call') console.log(` [${event.name} ${JSON.stringify(event.input)}]`);
}
