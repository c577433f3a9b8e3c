import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { openSequenceServer, type SequenceServer } from './sequence-server.ts';

const file = new URL('fixtures/tools-streaming-variant-d.sequence.json', import.meta.url).pathname;
const question: OpenAI.ChatCompletionMessageParam = { role: 'user', content: 'Which version?' };

function ask(
  server: SequenceServer,
  messages: OpenAI.ChatCompletionMessageParam[],
): Promise<OpenAI.ChatCompletion> {
  const client = new OpenAI({
    baseURL: server.baseUrl('/chat/completions'),
    apiKey: 'k',
    maxRetries: 0,
  });
  return client.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
}

describe('openSequenceServer', () => {
  it('gives the answers in order, and is content when what must come back does', async () => {
    await using server = await openSequenceServer({ recorded: file });

    const first = await ask(server, [question]);
    const call = first.choices[0]?.message.tool_calls?.[0];
    if (call?.type !== 'function') throw new TypeError('No function call');
    expect(() => server.assertDone()).toThrow('1 steps were not asked for');
    await ask(server, [
      question,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: call.id, content: '0.1' },
    ]);

    expect(call.id).toBe('0');
    server.assertDone();
  });

  it('names what did not come back, another path and a request too many', async () => {
    await using server = await openSequenceServer({ recorded: file });
    const post = (path: string, body: string): Promise<Response> =>
      fetch(`${server.origin}${path}`, { method: 'POST', body });

    await post('/v1/chat/completions', '{}');
    await post('/v1/responses', '{"id":"1"}');
    const late = await post('/v1/chat/completions', '{}');

    expect(late.status).toBe(404);
    expect(server.violations).toEqual([
      'Request 2 was POST /v1/responses, recorded was POST /v1/chat/completions',
      'Request 2 lacks the tool_call.id 0',
      'Request 3 comes after the last step',
    ]);
  });
});
