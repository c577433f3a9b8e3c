import { type Message, userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import type { AnthropicEncoding } from './choices.ts';
import { encodeAnthropic } from './encode.ts';

const model = 'claude-sonnet-4-5';
const origin = { dialect: 'anthropic', provider: 'p', model };

function encode(request: Partial<ModelRequest>, options: Partial<AnthropicEncoding> = {}) {
  const whole: ModelRequest = { model, messages: [userText('hi')], tools: [], ...request };
  return encodeAnthropic(whole, { promptCaching: 'on', ...options }, new Set()).body;
}

const look = { name: 'look', description: 'Looks.', parameters: { type: 'object' as const } };
const calls: Message = {
  role: 'assistant',
  origin,
  parts: [
    { type: 'thinking', text: 'hm', signature: 'sig' },
    { type: 'thinking', text: '', redacted: 'secret' },
    {
      type: 'opaque',
      origin,
      value: { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
    },
    {
      type: 'opaque',
      origin,
      value: { type: 'web_search_tool_result', tool_use_id: 's1', content: [] },
    },
    { type: 'text', text: 'let me look' },
    { type: 'tool-call', callId: 'c 1', name: 'look', input: { b: 1, a: 2 } },
    { type: 'tool-call', callId: 'c2', name: 'look', input: 'broken' },
  ],
};
const results: Message = {
  role: 'tool',
  parts: [
    { type: 'tool-result', callId: 'c2', name: 'look', ok: false, content: [] },
    {
      type: 'tool-result',
      callId: 'c 1',
      name: 'look',
      ok: true,
      content: [
        { type: 'text', text: 'dark' },
        { type: 'image', mimeType: 'image/png', source: { kind: 'base64', data: 'AA==' } },
      ],
    },
  ],
};

describe('a request to Anthropic', () => {
  it('is a conversation with calls and results, marked for the cache', () => {
    const messages = [userText('what is it?'), calls, results, userText('well?')];
    expect(encode({ system: 'Be brief.', messages, tools: [look], thinking: 'low' }))
      .toMatchInlineSnapshot(`
      {
        "max_tokens": 32000,
        "messages": [
          {
            "content": [
              {
                "text": "what is it?",
                "type": "text",
              },
            ],
            "role": "user",
          },
          {
            "content": [
              {
                "signature": "sig",
                "thinking": "hm",
                "type": "thinking",
              },
              {
                "data": "secret",
                "type": "redacted_thinking",
              },
              {
                "id": "s1",
                "input": {},
                "name": "web_search",
                "type": "server_tool_use",
              },
              {
                "content": [],
                "tool_use_id": "s1",
                "type": "web_search_tool_result",
              },
              {
                "text": "let me look",
                "type": "text",
              },
              {
                "id": "c_1_3e1044c5",
                "input": {
                  "a": 2,
                  "b": 1,
                },
                "name": "look",
                "type": "tool_use",
              },
              {
                "id": "c2",
                "input": {
                  "input": "broken",
                },
                "name": "look",
                "type": "tool_use",
              },
            ],
            "role": "assistant",
          },
          {
            "content": [
              {
                "content": [
                  {
                    "text": "dark",
                    "type": "text",
                  },
                  {
                    "source": {
                      "data": "AA==",
                      "media_type": "image/png",
                      "type": "base64",
                    },
                    "type": "image",
                  },
                ],
                "tool_use_id": "c_1_3e1044c5",
                "type": "tool_result",
              },
              {
                "content": [
                  {
                    "text": "(empty)",
                    "type": "text",
                  },
                ],
                "is_error": true,
                "tool_use_id": "c2",
                "type": "tool_result",
              },
              {
                "cache_control": {
                  "type": "ephemeral",
                },
                "text": "well?",
                "type": "text",
              },
            ],
            "role": "user",
          },
        ],
        "model": "claude-sonnet-4-5",
        "stream": true,
        "system": [
          {
            "cache_control": {
              "type": "ephemeral",
            },
            "text": "Be brief.",
            "type": "text",
          },
        ],
        "thinking": {
          "budget_tokens": 4096,
          "type": "enabled",
        },
        "tools": [
          {
            "cache_control": {
              "type": "ephemeral",
            },
            "description": "Looks.",
            "input_schema": {
              "type": "object",
            },
            "name": "look",
          },
        ],
      }
    `);
  });

  it('sends thinking back to the model that thought it, and to no other', () => {
    const messages = [userText('a'), calls, results];
    expect(JSON.stringify(encode({ messages }))).toContain('"signature":"sig"');
    const other = JSON.stringify(encode({ messages, model: 'claude-opus-4-5' }));
    expect(other).not.toContain('sig');
    expect(other).not.toContain('redacted');
    expect(other).toContain('web_search_tool_result');
  });

  it('leaves out what was cut off before its proof or its result came', () => {
    const messages: Message[] = [
      userText('a'),
      {
        role: 'assistant',
        origin,
        partial: true,
        parts: [
          { type: 'thinking', text: 'hm' },
          {
            type: 'opaque',
            origin,
            value: { type: 'server_tool_use', id: 's1', name: 'x', input: {} },
          },
          { type: 'text', text: 'I' },
        ],
      },
      userText('b'),
    ];
    expect(encode({ messages }, { promptCaching: 'off' })['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'I' }] },
      { role: 'user', content: [{ type: 'text', text: 'b' }] },
    ]);
  });

  it('takes documents and images', () => {
    const messages: Message[] = [
      {
        role: 'user',
        parts: [
          {
            type: 'document',
            mimeType: 'application/pdf',
            name: 'a.pdf',
            source: { kind: 'base64', data: 'AA==' },
          },
          {
            type: 'document',
            mimeType: 'application/pdf',
            source: { kind: 'url', url: 'https://x.y/a.pdf' },
          },
          {
            type: 'document',
            mimeType: 'text/csv',
            name: 'a.csv',
            source: { kind: 'base64', data: 'YSxi' },
          },
          {
            type: 'document',
            mimeType: 'application/zip',
            name: 'a.zip',
            source: { kind: 'base64', data: 'AA==' },
          },
          {
            type: 'image',
            mimeType: 'image/webp',
            source: { kind: 'url', url: 'https://x.y/a.webp' },
          },
          { type: 'image', mimeType: 'image/tiff', source: { kind: 'base64', data: 'AA==' } },
        ],
      },
    ];
    expect(encode({ messages }, { promptCaching: 'off' })['messages']).toMatchInlineSnapshot(`
      [
        {
          "content": [
            {
              "source": {
                "data": "AA==",
                "media_type": "application/pdf",
                "type": "base64",
              },
              "title": "a.pdf",
              "type": "document",
            },
            {
              "source": {
                "type": "url",
                "url": "https://x.y/a.pdf",
              },
              "type": "document",
            },
            {
              "source": {
                "data": "a,b",
                "media_type": "text/plain",
                "type": "text",
              },
              "title": "a.csv",
              "type": "document",
            },
            {
              "text": "[document "a.zip" (application/zip), which cannot be shown here]",
              "type": "text",
            },
            {
              "source": {
                "type": "url",
                "url": "https://x.y/a.webp",
              },
              "type": "image",
            },
            {
              "text": "[image (image/tiff), which cannot be shown here]",
              "type": "text",
            },
          ],
          "role": "user",
        },
      ]
    `);
  });

  it.each([
    ['claude-sonnet-4-5', undefined, { max_tokens: 32_000 }],
    ['claude-sonnet-4-5', 'off', { max_tokens: 32_000 }],
    [
      'claude-sonnet-4-5',
      'high',
      { max_tokens: 32_000, thinking: { type: 'enabled', budget_tokens: 20_000 } },
    ],
    [
      'claude-haiku-4-5',
      'max',
      { max_tokens: 52_096, thinking: { type: 'enabled', budget_tokens: 48_000 } },
    ],
    [
      'claude-opus-4-1',
      'max',
      { max_tokens: 32_000, thinking: { type: 'enabled', budget_tokens: 30_976 } },
    ],
    ['claude-3-5-sonnet-20240620', 'high', { max_tokens: 8192 }],
    ['claude-3-haiku-20240307', 'low', { max_tokens: 4096 }],
    [
      'claude-sonnet-4-6',
      'minimal',
      {
        max_tokens: 32_000,
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'low' },
      },
    ],
    ['claude-opus-4-8', 'off', { max_tokens: 32_000 }],
    ['claude-opus-5', 'off', { max_tokens: 32_000, thinking: { type: 'disabled' } }],
    ['claude-sonnet-5-5', 'off', { max_tokens: 32_000, thinking: { type: 'between_tools' } }],
    ['claude-opus-5-5', 'off', { max_tokens: 32_000, output_config: { effort: 'low' } }],
    [
      'claude-fable-5-2',
      'max',
      {
        max_tokens: 32_000,
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'max' },
      },
    ],
    ['deepseek-chat', undefined, { max_tokens: 8192 }],
  ] as const)('lets %s think %s', (name, thinking, wanted) => {
    const { messages: _messages, stream: _stream, ...rest } = encode({ model: name, thinking });
    expect(rest).toEqual({ model: name, ...wanted });
  });

  it('thinks within the limit that was asked for', () => {
    expect(encode({ thinking: 'low', parameters: { maxOutputTokens: 500 } })).toMatchObject({
      max_tokens: 8192,
      thinking: { budget_tokens: 4096 },
    });
    const long = { parameters: { maxOutputTokens: 100_000 } };
    expect(encode(long)).toMatchObject({ max_tokens: 64_000 });
    expect(encode({ ...long, model: 'glm-5' })).toMatchObject({ max_tokens: 100_000 });
    expect(encode({}, { maxOutputTokens: 700 })).toMatchObject({ max_tokens: 700 });
  });

  it('does not think where it may not', () => {
    const forced = encode({
      thinking: 'low',
      tools: [look],
      parameters: { toolChoice: 'required' },
    });
    expect(forced).not.toHaveProperty('thinking');
    expect(forced).toMatchObject({ tool_choice: { type: 'any' } });
    const loop = [userText('a'), { ...calls, origin: { ...origin, model: 'other' } }, results];
    expect(encode({ thinking: 'low', messages: loop })).not.toHaveProperty('thinking');
  });

  it('says what a model and a version take', () => {
    const parameters = {
      temperature: 1.5,
      topP: 0.9,
      stop: ['END', ' '],
      toolChoice: { name: 'look' },
    };
    const tools = [look];
    expect(encode({ parameters, tools })).toMatchObject({
      temperature: 1,
      stop_sequences: ['END'],
      tool_choice: { type: 'tool', name: 'look' },
    });
    expect(encode({ parameters })).not.toHaveProperty('top_p');
    expect(encode({ parameters, thinking: 'low' })).not.toHaveProperty('temperature');
    expect(encode({ parameters }, { apiVersion: '2026-10-21' })).not.toHaveProperty('temperature');
    const newer = encode({ parameters, tools, model: 'claude-opus-5-5' });
    expect(newer).not.toHaveProperty('temperature');
    expect(newer).not.toHaveProperty('tool_choice');
  });

  it('asks for a schema in its own way', () => {
    const schema = { type: 'object' };
    const responseFormat = { type: 'json_schema', json_schema: { name: 'x', schema } };
    expect(encode({ parameters: { responseFormat } })).toMatchObject({
      output_config: { format: { type: 'json_schema', schema } },
    });
    expect(encode({ parameters: { responseFormat: { type: 'json_object' } } })).not.toHaveProperty(
      'output_config',
    );
  });

  it('defines tools that were called and are not offered any more', () => {
    expect(encode({ messages: [userText('a'), calls, results] })).toMatchObject({
      tools: [{ name: 'look', description: 'Not available any more.' }],
      tool_choice: { type: 'none' },
    });
  });
});
