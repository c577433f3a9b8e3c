import { type Message, userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { encodeOpenai } from './encode.ts';
import { type OpenaiQuirks, ownerQuirks, quirksFor } from './quirks.ts';

const usual = quirksFor('http://127.0.0.1:9/v1', {});
const origin = { dialect: 'openai', provider: 'p', model: 'm' };

function encode(request: Partial<ModelRequest>, quirks: Partial<OpenaiQuirks> = {}) {
  const whole: ModelRequest = { model: 'm', messages: [userText('hi')], tools: [], ...request };
  return encodeOpenai(whole, { ...usual, ...quirks }, new Set()).body;
}

const look = { name: 'look', description: 'Looks.', parameters: { type: 'object' as const } };

describe('a request in OpenAI chat', () => {
  it('is a conversation with calls and results', () => {
    const messages: Message[] = [
      userText('what is it?'),
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
            ok: false,
            content: [
              { type: 'text', text: 'dark' },
              { type: 'image', mimeType: 'image/png', source: { kind: 'base64', data: 'AA==' } },
            ],
          },
        ],
      },
    ];
    expect(encode({ system: 'Be brief.', messages, tools: [look] })).toMatchInlineSnapshot(`
      {
        "messages": [
          {
            "content": "Be brief.",
            "role": "system",
          },
          {
            "content": "what is it?",
            "role": "user",
          },
          {
            "content": null,
            "role": "assistant",
            "tool_calls": [
              {
                "function": {
                  "arguments": "{"a":2,"b":1}",
                  "name": "look",
                },
                "id": "c1",
                "type": "function",
              },
            ],
          },
          {
            "content": "Error: dark
      [image below]",
            "role": "tool",
            "tool_call_id": "c1",
          },
          {
            "content": [
              {
                "text": "Image from look:",
                "type": "text",
              },
              {
                "image_url": {
                  "url": "data:image/png;base64,AA==",
                },
                "type": "image_url",
              },
            ],
            "role": "user",
          },
        ],
        "model": "m",
        "stream": true,
        "stream_options": {
          "include_usage": true,
        },
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

  it('names media in words where the server takes none', () => {
    const messages: Message[] = [
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'see' },
          { type: 'image', mimeType: 'image/png', source: { kind: 'blob', sha256: 'ab' } },
          {
            type: 'document',
            mimeType: 'text/plain',
            name: 'a.txt',
            source: { kind: 'base64', data: 'aGVsbG8=' },
          },
          {
            type: 'document',
            mimeType: 'application/pdf',
            name: 'b.pdf',
            source: { kind: 'base64', data: 'AA==' },
          },
          { type: 'audio', mimeType: 'audio/mpeg', source: { kind: 'base64', data: 'AA==' } },
        ],
      },
    ];
    expect(encode({ messages })['messages']).toMatchInlineSnapshot(`
      [
        {
          "content": "see

      [image (image/png), which cannot be shown here]

      <document name="a.txt">
      hello
      </document>

      [document "b.pdf" (application/pdf), which cannot be shown here]

      [audio (audio/mpeg), which cannot be shown here]",
          "role": "user",
        },
      ]
    `);
    expect(encode({ messages }, ownerQuirks)['messages']).toMatchInlineSnapshot(`
      [
        {
          "content": [
            {
              "text": "see",
              "type": "text",
            },
            {
              "text": "[image (image/png), which cannot be shown here]",
              "type": "text",
            },
            {
              "text": "<document name="a.txt">
      hello
      </document>",
              "type": "text",
            },
            {
              "file": {
                "file_data": "data:application/pdf;base64,AA==",
                "filename": "b.pdf",
              },
              "type": "file",
            },
            {
              "input_audio": {
                "data": "AA==",
                "format": "mp3",
              },
              "type": "input_audio",
            },
          ],
          "role": "user",
        },
      ]
    `);
  });

  it('sorts tools and leaves their schemas alone', () => {
    const tools = [
      { ...look, name: 'b', parameters: { type: 'object', properties: { z: {}, a: {} } } },
      { ...look, name: 'a.1', parameters: {} },
    ];
    expect(encode({ tools, parameters: { toolChoice: { name: 'a.1' } } })).toMatchObject({
      tools: [
        { function: { name: /^a_1_/, parameters: { type: 'object', properties: {} } } },
        { function: { name: 'b' } },
      ].map(({ function: { name, ...rest } }) => ({
        function: { name: expect.stringMatching(name), ...rest },
      })),
      tool_choice: { type: 'function', function: { name: expect.stringMatching(/^a_1_/) } },
    });
    expect(JSON.stringify(encode({ tools }))).toContain('{"z":{},"a":{}}');
  });

  it.each([
    ['gpt-5-mini', 'high', { reasoning_effort: 'high', max_completion_tokens: 9 }],
    ['gpt-5-mini', 'off', { reasoning_effort: 'minimal', max_completion_tokens: 9 }],
    ['gpt-5.5', 'max', { reasoning_effort: 'xhigh', max_completion_tokens: 9 }],
    ['gpt-6-sol', 'off', { reasoning_effort: 'none', max_completion_tokens: 9 }],
    ['o3', 'minimal', { reasoning_effort: 'low', max_completion_tokens: 9 }],
    ['openai/gpt-5', 'medium', { reasoning_effort: 'medium', max_completion_tokens: 9 }],
    [
      'gpt-4o-mini',
      'high',
      { max_tokens: 9, temperature: 0.5, stop: ['a', 'b', 'c', 'd'], seed: 7 },
    ],
    [
      'gpt-5-chat-latest',
      'high',
      { max_tokens: 9, temperature: 0.5, stop: ['a', 'b', 'c', 'd'], seed: 7 },
    ],
    ['llama-3', 'off', { max_tokens: 9, temperature: 0.5, stop: ['a', 'b', 'c', 'd'], seed: 7 }],
  ] as const)('says to %s what it takes, thinking %s', (model, thinking, wanted) => {
    const parameters = {
      temperature: 0.5,
      maxOutputTokens: 9,
      seed: 7,
      stop: ['a', 'b', 'c', 'd', 'e'],
    };
    const {
      messages: _messages,
      stream: _stream,
      stream_options: _options,
      ...rest
    } = encode({ model, thinking, parameters });
    expect(rest).toEqual({ model, ...wanted });
  });

  it('passes on a format of the answer as it is', () => {
    const responseFormat = { type: 'json_schema', json_schema: { name: 'x', schema: {} } };
    expect(encode({ parameters: { responseFormat } })).toMatchObject({
      response_format: responseFormat,
    });
  });

  it('changes with the quirks of a server', () => {
    const thinking = 'low' as const;
    expect(encode({ thinking }, { thinking: 'reasoning' })).toMatchObject({
      reasoning: { effort: 'low' },
    });
    expect(encode({ thinking }, { thinking: 'enable_thinking' })).toMatchObject({
      enable_thinking: true,
    });
    expect(encode({ thinking }, { thinking: 'thinking' })).toMatchObject({
      thinking: { type: 'enabled' },
      reasoning_effort: 'low',
    });
    expect(encode({ thinking: 'max' }, { thinking: 'thinking' })).toMatchObject({
      reasoning_effort: 'max',
    });
    const off = encode({ thinking: 'off' }, { thinking: 'thinking' });
    expect(off).toMatchObject({ thinking: { type: 'disabled' } });
    expect(off).not.toHaveProperty('reasoning_effort');
    expect(encode({}, { thinking: 'thinking' })).not.toHaveProperty('thinking');
    expect(encode({ thinking }, { thinking: 'none' })).not.toHaveProperty('reasoning_effort');
    expect(encode({}, { streamUsage: false })).not.toHaveProperty('stream_options');
    expect(encode({ cacheKey: 'k' })).not.toHaveProperty('prompt_cache_key');
    expect(encode({ cacheKey: 'k' }, { cacheKey: true })).toMatchObject({ prompt_cache_key: 'k' });
    const messages: Message[] = [
      userText('a'),
      {
        role: 'assistant',
        origin,
        parts: [
          { type: 'thinking', text: 'hm' },
          { type: 'text', text: 'b' },
        ],
      },
      userText('c'),
    ];
    expect(JSON.stringify(encode({ messages }))).not.toContain('hm');
    expect(
      encode({ messages }, { replayThinking: 'reasoning_content' })['messages'],
    ).toContainEqual({
      role: 'assistant',
      content: 'b',
      reasoning_content: 'hm',
    });
  });

  it('sends films to servers that take them, and says elsewhere that there was one', () => {
    const source = { kind: 'base64' as const, data: 'AA==' };
    const messages: readonly Message[] = [
      { role: 'user', parts: [{ type: 'video', mimeType: 'video/mp4', name: 'a.mp4', source }] },
    ];
    expect(encode({ messages }, { video: true })['messages']).toEqual([
      {
        role: 'user',
        content: [{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AA==' } }],
      },
    ]);
    expect(encode({ messages })['messages']).toEqual([
      { role: 'user', content: '[video "a.mp4" (video/mp4), which cannot be shown here]' },
    ]);
  });

  it('is for its owner unless it goes elsewhere', () => {
    expect(quirksFor(undefined, {})).toEqual(ownerQuirks);
    expect(quirksFor('https://api.openai.com/v1/', {})).toEqual(ownerQuirks);
    expect(quirksFor('http://127.0.0.1:9/v1', { audio: true })).toEqual({ ...usual, audio: true });
    const models = [{ inputs: ['text' as const] }, { inputs: ['audio' as const] }, {}];
    expect(quirksFor('http://127.0.0.1:9/v1', {}, models)).toEqual({ ...usual, audio: true });
    expect(quirksFor('http://127.0.0.1:9/v1', { audio: false }, models)).toEqual(usual);
    const papers = [{ inputs: ['document' as const] }];
    expect(quirksFor('http://127.0.0.1:9/v1', {}, papers)).toEqual({ ...usual, files: true });
    const films = [{ inputs: ['video' as const] }];
    expect(quirksFor('http://127.0.0.1:9/v1', {}, films)).toEqual({ ...usual, video: true });
    expect(quirksFor(undefined, {}, films)).toEqual(ownerQuirks);
  });
});
