import { userText } from '@cuttle/core-types';
import { createRetrying } from '@cuttle/providers';
import { createOpenai } from '@cuttle/providers/openai';
import { fixedClock, rateLimited, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { expect, it } from 'vitest';

// The example of the README, word for word.
it('asks a model that may call a tool', async () => {
  await using server = await openOpenaiServer({
    script: [rateLimited(), [text('Let me look.'), toolCall('weather', { place: 'Kiel' })]],
  });
  const clock = fixedClock();
  const provider = createRetrying(createOpenai({ apiKey: 'test-key', baseUrl: server.url }), {
    clock,
    random: Math.random,
  });
  const messages = [userText('How warm is it in Kiel?')];
  const tools = [
    {
      name: 'weather',
      description: 'The weather at a place.',
      parameters: { type: 'object', properties: { place: { type: 'string' } } },
    },
  ];

  let said = '';
  const request = { model: 'gpt-5-mini', system: 'Be brief.', messages, tools };
  for await (const event of provider.stream(request, AbortSignal.timeout(60_000))) {
    if (event.type === 'text.delta') said += event.text;
    if (event.type === 'tool.call') said += ` [${event.name} ${JSON.stringify(event.input)}]`;
  }

  expect(said).toBe('Let me look. [weather {"place":"Kiel"}]');
  server.assertDone();
});
