import { runAgent } from '@cuttle/agent';
import { userText } from '@cuttle/core-types';
import { defineTool } from '@cuttle/core-types/ports';
import { createAnthropic } from '@cuttle/providers/anthropic';
import { z } from 'zod';

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ a: z.number(), b: z.number() }),
  effect: 'pure',
  risk: 'read',
  run: async ({ a, b }) => ({ text: String(a + b) }),
});
const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseUrl } = process.env;
const provider = createAnthropic({ apiKey, baseUrl });
const input = { model: 'claude-sonnet-4-5', messages: [userText('2 + 3?')], tools: [add] };
for await (const event of runAgent(input, { provider }, AbortSignal.timeout(60_000))) {
  if (event.type === 'tool.call') console.log(`[${event.name} ${JSON.stringify(event.input)}]`);
  if (event.type === 'text.delta') process.stdout.write(event.text);
}
