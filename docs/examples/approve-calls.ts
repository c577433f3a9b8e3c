import { createInterface } from 'node:readline/promises';
import { runAgent } from '@cuttle/agent';
import { userText } from '@cuttle/core-types';
import { defineTool } from '@cuttle/core-types/ports';
import { createOpenai } from '@cuttle/providers/openai';
import { z } from 'zod';

const removeFile = defineTool({
  name: 'remove_file',
  description: 'Removes a file.',
  input: z.object({ path: z.string() }),
  effect: 'opaque',
  risk: 'execute',
  run: async ({ path }) => ({ text: `${path} is gone.` }),
});
const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = process.env;
const terminal = createInterface({ input: process.stdin });
const answers = terminal[Symbol.asyncIterator]();
const run = runAgent(
  { model: 'gpt-4.1-mini', messages: [userText('Remove a.txt')], tools: [removeFile] },
  {
    provider: createOpenai({ apiKey, baseUrl }),
    async authorise({ tool, input }) {
      console.log(`May it run ${tool.name} ${JSON.stringify(input)}? (y/n)`);
      const { value } = await answers.next();
      return value === 'y' ? { kind: 'allow' } : { kind: 'deny', text: 'The user said no.' };
    },
  },
  AbortSignal.timeout(60_000),
);
for await (const event of run) if (event.type === 'text.delta') process.stdout.write(event.text);
terminal.close();
