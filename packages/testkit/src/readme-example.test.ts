import { cut, finish, rateLimited, text, thinking, toolCall } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import Anthropic from '@anthropic-ai/sdk';
import { expect, it } from 'vitest';

// The example of the README, word for word.
it('answers as scripted', async () => {
  await using server = await openAnthropicServer({
    script: [
      [thinking('One moment.'), toolCall('add', { a: 1, b: 2 })],
      rateLimited(2),
      [text('The sum is '), text('3.'), finish('stop', { usage: { outputTokens: 5 } })],
      [text('Half of an ans'), cut()],
    ],
  });
  const client = new Anthropic({ baseURL: server.url, apiKey: 'test-key', maxRetries: 0 });
  const question = { role: 'user', content: 'What is 1 + 2?' } as const;
  const params = { model: 'claude-haiku-4-5', max_tokens: 100, messages: [question] };

  const first = await client.messages.create(params);
  expect(first.stop_reason).toBe('tool_use');
  await expect(client.messages.create(params)).rejects.toMatchObject({ status: 429 });
  const third = await client.messages.stream(params).finalMessage();
  expect(third.usage.output_tokens).toBe(5);
  await expect(client.messages.stream(params).finalMessage()).rejects.toThrow('terminated');

  expect(server.calls.map(({ messages }) => messages.at(-1)?.text)).toContain('What is 1 + 2?');
  server.assertDone();
});
