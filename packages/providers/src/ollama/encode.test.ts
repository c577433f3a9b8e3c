import { type Message, userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { encodeOllama, type OllamaEncoding } from './encode.ts';

const origin = { dialect: 'ollama', provider: 'p', model: 'qwen3' };

function encode(request: Partial<ModelRequest>, options: OllamaEncoding = {}) {
  const whole: ModelRequest = { model: 'qwen3', messages: [userText('hi')], tools: [], ...request };
  return encodeOllama(whole, options, new Set()).body;
}

const look = { name: 'look', description: 'Looks.', parameters: {} };

describe('a request to Ollama', () => {
  it('is a conversation with calls, results and images', () => {
    const messages: Message[] = [
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'see' },
          { type: 'image', mimeType: 'image/png', source: { kind: 'base64', data: 'AA==' } },
          {
            type: 'image',
            mimeType: 'image/png',
            source: { kind: 'url', url: 'https://x.y/a.png' },
          },
        ],
      },
      {
        role: 'assistant',
        origin,
        parts: [
          { type: 'thinking', text: 'hm' },
          { type: 'tool-call', callId: 'c1', name: 'look', input: { b: 1, a: 2 } },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c1',
            name: 'look',
            ok: true,
            content: [{ type: 'text', text: 'dark' }],
          },
        ],
      },
    ];
    expect(
      encode(
        { system: 'Be brief.', messages, tools: [look] },
        { contextWindow: 8192, keepAlive: '5m' },
      ),
    ).toMatchInlineSnapshot(`
      {
        "keep_alive": "5m",
        "messages": [
          {
            "content": "Be brief.",
            "role": "system",
          },
          {
            "content": "see

      [image (image/png) at https://x.y/a.png, which cannot be shown here]",
            "images": [
              "AA==",
            ],
            "role": "user",
          },
          {
            "content": "",
            "role": "assistant",
            "thinking": "hm",
            "tool_calls": [
              {
                "function": {
                  "arguments": {
                    "a": 2,
                    "b": 1,
                  },
                  "name": "look",
                },
                "id": "c1",
                "type": "function",
              },
            ],
          },
          {
            "content": "dark",
            "role": "tool",
            "tool_call_id": "c1",
            "tool_name": "look",
          },
        ],
        "model": "qwen3",
        "options": {
          "num_ctx": 8192,
        },
        "stream": true,
        "tools": [
          {
            "function": {
              "description": "Looks.",
              "name": "look",
              "parameters": {
                "properties": {},
                "type": "object",
              },
            },
            "type": "function",
          },
        ],
      }
    `);
  });

  it.each([
    ['qwen3', 'off', { think: false }],
    ['qwen3', 'high', { think: true }],
    ['gpt-oss:20b', 'max', { think: 'high' }],
    ['gpt-oss:20b', 'off', { think: 'low' }],
    ['qwen3', undefined, {}],
  ] as const)('lets %s think %s', (model, thinking, wanted) => {
    const { messages: _messages, stream: _stream, ...rest } = encode({ model, thinking });
    expect(rest).toEqual({ model, ...wanted });
  });

  it('puts parameters where the server looks for them', () => {
    const parameters = { temperature: 0.5, topP: 0.9, maxOutputTokens: 9, stop: ['a'], seed: 7 };
    expect(encode({ parameters })).toMatchObject({
      options: { num_predict: 9, temperature: 0.5, top_p: 0.9, stop: ['a'], seed: 7 },
    });
  });

  it('says a format of the answer in its own way', () => {
    const schema = { type: 'object' };
    expect(encode({ parameters: { responseFormat: { type: 'json_object' } } })).toMatchObject({
      format: 'json',
    });
    expect(
      encode({ parameters: { responseFormat: { type: 'json_schema', json_schema: { schema } } } }),
    ).toMatchObject({ format: schema });
  });

  it('offers no tools where none may be called', () => {
    expect(encode({ tools: [look], parameters: { toolChoice: 'none' } })).not.toHaveProperty(
      'tools',
    );
  });
});
