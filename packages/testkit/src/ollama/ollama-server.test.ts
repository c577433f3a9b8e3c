import { Ollama } from 'ollama';
import { describe, expect, it } from 'vitest';
import {
  cut,
  endEarly,
  failWith,
  htmlError,
  malformed,
  stall,
  streamError,
} from '../http-fault.ts';
import { finish, text, thinking, toolCall } from '../scripted-turns.ts';
import { openOllamaServer } from './ollama-server.ts';

const messages = [{ role: 'user', content: 'hello' }];
const tools = [
  {
    type: 'function',
    function: {
      name: 'add',
      description: 'Adds two numbers.',
      parameters: { type: 'object', properties: { a: { type: 'number' } } },
    },
  },
];

function clientOf({ url }: { readonly url: string }): Ollama {
  return new Ollama({ host: url });
}

async function chunksOf(server: { readonly url: string }): Promise<unknown[]> {
  return collect(await clientOf(server).chat({ model: 'qwen3', messages, stream: true }));
}

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe('the Ollama server, driven by the official SDK', () => {
  it('streams thinking, text and tool calls, each in a line', async () => {
    await using server = await openOllamaServer({
      script: [
        [
          thinking('Hm.'),
          text('Hel'),
          text('lo'),
          toolCall('add', { a: 1 }, { callId: 'call_a' }),
          toolCall('add', { a: 2 }),
        ],
      ],
    });

    const chunks = await chunksOf(server);

    expect(chunks).toMatchObject([
      { model: 'qwen3', done: false, message: { content: '', thinking: 'Hm.' } },
      { message: { content: 'Hel' } },
      { message: { content: 'lo' } },
      {
        message: {
          tool_calls: [{ id: 'call_a', function: { name: 'add', arguments: { a: 1 } } }],
        },
      },
      {
        message: {
          tool_calls: [
            { id: expect.stringMatching(/^call_[a-z0-9]{8}$/), function: { arguments: { a: 2 } } },
          ],
        },
      },
      { done: true, done_reason: 'stop', prompt_eval_count: 5, message: { content: '' } },
    ]);
    server.assertDone();
  });

  it('answers whole with the same content', async () => {
    await using server = await openOllamaServer({
      script: [
        [
          thinking('Hm.'),
          text('a'),
          text('b'),
          toolCall('add', { a: 1 }),
          toolCall('add', {}),
          finish('length', { usage: { inputTokens: 7, outputTokens: 9 } }),
        ],
      ],
    });

    const answer = await clientOf(server).chat({ model: 'qwen3', messages, tools });

    expect(answer).toMatchObject({
      message: {
        content: 'ab',
        thinking: 'Hm.',
        tool_calls: [
          { function: { index: 0, name: 'add', arguments: { a: 1 } } },
          { function: { index: 1, name: 'add', arguments: {} } },
        ],
      },
      done_reason: 'length',
      prompt_eval_count: 7,
      eval_count: 9,
    });
  });

  it('takes back what it said', async () => {
    await using server = await openOllamaServer({
      script: [[toolCall('add', { a: 1 }, { callId: 'call_a' })], [text('3')]],
    });
    const client = clientOf(server);
    const first = await client.chat({ model: 'qwen3', messages, tools });

    await client.chat({
      model: 'qwen3',
      messages: [
        { role: 'system', content: 'Be brief.' },
        ...messages,
        first.message,
        { role: 'tool', content: '3', tool_name: 'add' },
      ],
      tools,
    });

    expect(server.calls[1]).toMatchObject({
      dialect: 'ollama',
      system: 'Be brief.',
      messages: [
        { role: 'user', text: 'hello' },
        { role: 'assistant', calls: [{ callId: 'call_a', name: 'add', input: { a: 1 } }] },
        { role: 'tool', text: '3', callId: 'add' },
      ],
      tools: [{ name: 'add', description: 'Adds two numbers.' }],
    });
  });

  it('lists, shows, pulls and deletes models, and tells its version', async () => {
    await using server = await openOllamaServer({ script: [], library: [{ id: 'phi4' }] });
    const client = clientOf(server);
    const names = async (): Promise<string[]> =>
      (await client.list()).models.map(({ name }) => name);

    expect(await client.version()).toEqual({ version: '0.40.12' });
    expect(await names()).toEqual(['llama3.2:latest', 'qwen3:latest', 'gemma3:latest']);
    expect(await client.show({ model: 'qwen3' })).toMatchObject({
      capabilities: ['completion', 'tools', 'thinking'],
      model_info: { 'qwen.context_length': 40_960 },
    });
    const progress = await collect(await client.pull({ model: 'phi4', stream: true }));
    await client.delete({ model: 'qwen3' });

    expect(progress.at(0)).toEqual({ status: 'pulling manifest' });
    expect(progress.at(3)).toMatchObject({ total: 2_019_377_376, completed: 1_009_688_688 });
    expect(progress.at(-1)).toEqual({ status: 'success' });
    expect(await names()).toEqual(['llama3.2:latest', 'gemma3:latest', 'phi4:latest']);
    await expect(client.show({ model: 'qwen3' })).rejects.toMatchObject({ status_code: 404 });
    const lost = await client.pull({ model: 'nope', stream: true });
    await expect(collect(lost)).rejects.toThrow('file does not exist');
  });

  it('loads a model by a chat without messages, and unloads it by keep_alive 0', async () => {
    await using server = await openOllamaServer({ script: [] });
    const client = clientOf(server);

    const load = await client.chat({ model: 'qwen3' });
    const loaded = await client.ps();
    const unload = await client.chat({ model: 'qwen3', keep_alive: 0 });

    expect(load).toMatchObject({ done: true, done_reason: 'load' });
    expect(loaded.models).toMatchObject([{ name: 'qwen3:latest', context_length: 40_960 }]);
    expect(unload.done_reason).toBe('unload');
    expect((await client.ps()).models).toEqual([]);
    expect(server.calls).toEqual([]);
  });
});

describe('the Ollama server, refusing', () => {
  it('refuses an unknown model, no body, broken JSON and a path that is not there', async () => {
    await using server = await openOllamaServer({ script: [] });
    const post = async (body: string): Promise<unknown> => {
      const response = await fetch(`${server.url}/api/chat`, { method: 'POST', body });
      const answer: unknown = await response.json();
      return { status: response.status, answer };
    };

    const unknown = clientOf(server).chat({ model: 'nope', messages });

    await expect(unknown).rejects.toMatchObject({
      status_code: 404,
      error: "model 'nope' not found",
    });
    expect(await post('')).toEqual({ status: 400, answer: { error: 'missing request body' } });
    expect(await post('{')).toEqual({ status: 400, answer: { error: 'unexpected EOF' } });
    expect(await post('nonsense')).toEqual({
      status: 400,
      answer: { error: "invalid character 'n' looking for beginning of value" },
    });
    expect(await post('{}')).toEqual({ status: 400, answer: { error: 'model is required' } });
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
    expect(await (await fetch(server.url)).text()).toBe('Ollama is running');
  });

  it('asks for a key only if it is told to', async () => {
    await using server = await openOllamaServer({ script: [[text('a')]], auth: 'required' });
    const headers = { authorization: 'Bearer test-key' };

    const refused = clientOf(server).chat({ model: 'qwen3', messages });
    await expect(refused).rejects.toMatchObject({ status_code: 401, error: 'unauthorized' });
    const answer = await new Ollama({ host: server.url, headers }).chat({
      model: 'qwen3',
      messages,
    });

    expect(answer.message.content).toBe('a');
  });

  it('answers a call that nobody scripted with 500 and remembers it', async () => {
    await using server = await openOllamaServer({ script: [] });

    const failed = clientOf(server).chat({ model: 'qwen3', messages });

    await expect(failed).rejects.toMatchObject({ status_code: 500 });
    expect(() => server.assertDone()).toThrow(/Call 1 .* is not scripted/);
  });
});

describe('the Ollama server, failing as the script says', () => {
  it('answers errors with the bodies of the server', async () => {
    await using server = await openOllamaServer({ script: [failWith(503), htmlError()] });
    const client = clientOf(server);

    const busy = client.chat({ model: 'qwen3', messages });
    await expect(busy).rejects.toMatchObject({
      status_code: 503,
      error: 'server busy, please try again.  maximum pending requests exceeded',
    });
    const html = client.chat({ model: 'qwen3', messages });
    await expect(html).rejects.toMatchObject({ status_code: 502 });
  });

  it.each([
    ['cut', cut(), /terminated/],
    ['cut in the middle of a line', cut({ afterBytes: 150 }), /terminated/],
    ['end too soon', endEarly(), /Did not receive done/],
    ['an error in the stream', streamError('model runner has stopped'), /runner has stopped/],
  ])('breaks a stream: %s', async (_how, fault, says) => {
    await using server = await openOllamaServer({ script: [[text('a'), text('b'), fault]] });

    await expect(chunksOf(server)).rejects.toThrow(says);
  });

  it('sends a line that is not JSON', async () => {
    await using server = await openOllamaServer({ script: [[text('a'), malformed(), text('b')]] });

    const response = await fetch(`${server.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'qwen3', messages }),
    });

    expect((await response.text()).split('\n')).toMatchObject([
      expect.stringContaining('"a"'),
      '{not json}',
      expect.stringContaining('"b"'),
      expect.stringContaining('"done":true'),
      '',
    ]);
  });

  it('stalls until the client leaves, and sees it leave', async () => {
    await using server = await openOllamaServer({ script: [[text('a'), stall()]] });
    const client = clientOf(server);

    const stream = await client.chat({ model: 'qwen3', messages, stream: true });
    const failed = (async () => {
      for await (const chunk of stream) {
        expect(chunk.message.content).toBe('a');
        client.abort();
      }
    })();

    await expect(failed).rejects.toThrow(/abort/i);
    await server.requests[0]?.settled;
    expect(server.requests[0]?.outcome).toBe('aborted');
  });
});
