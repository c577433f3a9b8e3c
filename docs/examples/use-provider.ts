import { setTimeout as sleep } from 'node:timers/promises';
import { userText } from '@cuttle/core-types';
import { createRetrying } from '@cuttle/providers';
import { createOpenai } from '@cuttle/providers/openai';

const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = process.env;
const clock = { sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }) };
const openai = createOpenai({ apiKey, baseUrl });
const provider = createRetrying(openai, { clock, random: Math.random });
const request = { model: 'gpt-4.1-mini', messages: [userText('Say hello.')], tools: [] };
for await (const event of provider.stream(request, AbortSignal.timeout(60_000))) {
  if (event.type === 'text.delta') process.stdout.write(event.text);
  if (event.type === 'finish') console.log(` (${event.usage.outputTokens} tokens)`);
}
