import { type Message, userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import type { BedrockEncoding } from './choices.ts';
import { createDocumentNames } from './document-names.ts';
import { encodeBedrock } from './encode.ts';
import type { BedrockRemedy } from './remedies.ts';

const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const nova = 'us.amazon.nova-lite-v1:0';
const llama = 'us.meta.llama4-maverick-17b-instruct-v1:0';
const origin = { dialect: 'bedrock', provider: 'p', model };

function encode(
  request: Partial<ModelRequest>,
  options: Partial<BedrockEncoding> = {},
  applied: readonly BedrockRemedy[] = [],
) {
  const whole: ModelRequest = { model, messages: [userText('hi')], tools: [], ...request };
  return encodeBedrock(whole, { promptCaching: 'on', ...options }, new Set(applied)).body;
}

const look = { name: 'look', description: 'Looks.', parameters: { type: 'object' as const } };
const serverUse = {
  toolUse: { toolUseId: 's1', name: 'nova_x', type: 'server_tool_use', input: {} },
};
const serverResult = { toolResult: { toolUseId: 's1', type: 'nova_x_result', content: [] } };
const calls: Message = {
  role: 'assistant',
  origin,
  parts: [
    { type: 'thinking', text: 'hm', signature: 'sig' },
    { type: 'thinking', text: '', redacted: 'c2VjcmV0' },
    { type: 'opaque', origin, value: serverUse },
    { type: 'opaque', origin, value: serverResult },
    { type: 'text', text: 'let me look' },
    { type: 'tool-call', callId: 'functions.look:0', name: 'look', input: { b: 1, a: 2 } },
    { type: 'tool-call', callId: 'c2', name: 'look', input: 'broken' },
  ],
};
const results: Message = {
  role: 'tool',
  parts: [
    { type: 'tool-result', callId: 'c2', name: 'look', ok: false, content: [] },
    {
      type: 'tool-result',
      callId: 'functions.look:0',
      name: 'look',
      ok: true,
      content: [
        { type: 'text', text: 'dark' },
        { type: 'image', mimeType: 'image/png', source: { kind: 'base64', data: 'AA==' } },
      ],
    },
  ],
};

describe('a request to Bedrock', () => {
  it('is a conversation with calls and results, marked for the cache', () => {
    const messages = [userText('what is it?'), calls, results, userText('well?')];
    expect(encode({ system: 'Be brief.', messages, tools: [look], thinking: 'low' })).toEqual({
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'look',
              description: 'Looks.',
              inputSchema: { json: { type: 'object' } },
            },
          },
          { cachePoint: { type: 'default' } },
        ],
      },
      inferenceConfig: { maxTokens: 32_000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 4096 } },
      messages: [
        { role: 'user', content: [{ text: 'what is it?' }] },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
            { reasoningContent: { redactedContent: 'c2VjcmV0' } },
            serverUse,
            serverResult,
            { text: 'let me look' },
            // Claude's own rule for ids is narrower than that of the service.
            {
              toolUse: {
                toolUseId: expect.stringMatching(/^functions_look_0_\w{8}$/),
                name: 'look',
                input: { a: 2, b: 1 },
              },
            },
            { toolUse: { toolUseId: 'c2', name: 'look', input: { input: 'broken' } } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              toolResult: {
                toolUseId: expect.stringMatching(/^functions_look_0_\w{8}$/),
                content: [
                  { text: 'dark' },
                  { image: { format: 'png', source: { bytes: 'AA==' } } },
                ],
              },
            },
            { toolResult: { toolUseId: 'c2', content: [{ text: '(error)' }], status: 'error' } },
            { text: 'well?' },
            { cachePoint: { type: 'default' } },
          ],
        },
      ],
    });
  });

  it('keeps the ids that other models give, and says in words what they have no field for', () => {
    const messages = [userText('a'), calls, results];
    const text = JSON.stringify(encode({ messages, model: llama, tools: [look] }));
    expect(text).toContain('"toolUseId":"functions.look:0"');
    expect(text).toContain('"content":[{"text":"(error)"}]');
    expect(text).not.toContain('status');
    expect(text).not.toContain('cachePoint');
    expect(text).not.toContain('sig');
  });

  it('shares its beginning with the request before it', () => {
    const first = [userText('what is it?')];
    const options = { promptCaching: 'off' } as const;
    const before = JSON.stringify(encode({ system: 's', tools: [look], messages: first }, options));
    const messages = [...first, calls, results];
    const after = JSON.stringify(encode({ system: 's', tools: [look], messages }, options));
    expect(after.startsWith(before.replace(/\]\}$/, ''))).toBe(true);
  });

  it('marks only the system prompt for Nova, and nothing for models without a cache', () => {
    const request = { system: 's', tools: [look] };
    const marks = (name: string): number =>
      JSON.stringify(encode({ ...request, model: name })).split('cachePoint').length - 1;
    expect([marks(model), marks(nova), marks(llama)]).toEqual([3, 1, 0]);
    expect(marks('anthropic.claude-3-haiku-20240307-v1:0')).toBe(0);
    const off = JSON.stringify(encode(request, { promptCaching: 'off' }));
    expect(off).not.toContain('cachePoint');
    expect(JSON.stringify(encode(request, {}, ['without-cache-points']))).toBe(off);
  });

  it('puts no mark behind a document', () => {
    const pdf = { kind: 'base64' as const, data: 'AA==' };
    const messages: Message[] = [
      {
        role: 'user',
        parts: [{ type: 'document', mimeType: 'application/pdf', name: 'a.pdf', source: pdf }],
      },
    ];
    expect(encode({ messages })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { text: '(see the document)' },
          { cachePoint: { type: 'default' } },
          { document: { format: 'pdf', name: 'a', source: { bytes: 'AA==' } } },
        ],
      },
    ]);
  });

  it('takes documents, images and objects in S3, and names the rest', () => {
    const base64 = { kind: 'base64' as const, data: 'aGk=' };
    const url = (address: string) => ({ kind: 'url' as const, url: address });
    const messages: Message[] = [
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'see' },
          { type: 'document', mimeType: 'text/csv', name: 'my_data (1).csv', source: base64 },
          { type: 'document', mimeType: 'application/zip', name: 'a.zip', source: base64 },
          {
            type: 'document',
            mimeType: 'text/plain',
            name: 'e.txt',
            source: { ...base64, data: '' },
          },
          { type: 'image', mimeType: 'image/webp', source: url('s3://bucket/a.webp') },
          { type: 'image', mimeType: 'image/png', source: url('https://x.y/a.png') },
          { type: 'image', mimeType: 'image/tiff', source: base64 },
          { type: 'audio', mimeType: 'audio/mpeg', source: base64 },
        ],
      },
    ];
    expect(encode({ messages }, { promptCaching: 'off' })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { text: 'see' },
          { document: { format: 'csv', name: 'my data (1)', source: { bytes: 'aGk=' } } },
          { text: '[document "a.zip" (application/zip), which cannot be shown here]' },
          { text: '<document name="e.txt">\n\n</document>' },
          { image: { format: 'webp', source: { s3Location: { uri: 's3://bucket/a.webp' } } } },
          { text: '[image (image/png) at https://x.y/a.png, which cannot be shown here]' },
          { text: '[image (image/tiff), which cannot be shown here]' },
          { text: '[audio (audio/mpeg), which cannot be shown here]' },
        ],
      },
    ]);
    const heard = encode({ messages, model: 'mistral.voxtral-small-24b-2507' });
    expect(JSON.stringify(heard)).toContain('{"audio":{"format":"mp3","source":{"bytes":"aGk="}}}');
    expect(
      JSON.stringify(encode({ messages }, {}, ['without-documents', 'without-images'])),
    ).toContain('<document name=\\"my_data (1).csv\\">\\nhi\\n</document>');
  });

  it('sends a film as its block, one in a message, and in words where it is refused', () => {
    const source = { kind: 'base64' as const, data: 'aGk=' };
    const film = (mimeType: string) => ({ type: 'video' as const, mimeType, source });
    const parts = [film('video/x-matroska'), film('video/mp4'), film('video/avi')];
    const novaTwo = 'amazon.nova-2-lite-v1:0';
    const messages = [{ role: 'user' as const, parts }];
    expect(encode({ messages, model: novaTwo }, { promptCaching: 'off' })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { video: { format: 'mkv', source: { bytes: 'aGk=' } } },
          { text: '[video (video/mp4), which cannot be shown here]' },
          { text: '[video (video/avi), which cannot be shown here]' },
        ],
      },
    ]);
    for (const refusing of [
      encode({ messages }),
      encode({ messages, model: novaTwo }, {}, ['without-video']),
    ])
      expect(JSON.stringify(refusing)).not.toContain('bytes');
  });

  it('holds at most twenty images and five documents in a message', () => {
    const source = { kind: 'base64' as const, data: 'AA==' };
    const parts = [
      ...Array.from({ length: 22 }, () => ({
        type: 'image' as const,
        mimeType: 'image/png',
        source,
      })),
      ...Array.from({ length: 7 }, () => ({
        type: 'document' as const,
        mimeType: 'application/pdf',
        source,
      })),
    ];
    const text = JSON.stringify(encode({ messages: [{ role: 'user', parts }] }));
    expect(text.split('"image":').length - 1).toBe(20);
    expect(text.split('"document":').length - 1).toBe(5);
    expect(text.split('which cannot be shown here').length - 1).toBe(4);
  });

  it('gives documents names that are taken, each once', () => {
    const names = createDocumentNames();
    const taken = [
      'a.pdf',
      'a.txt',
      'résumé – final.pdf',
      '.pdf',
      undefined,
      '分.pdf',
      'x'.repeat(300),
    ];
    expect(taken.map((name) => names.take(name))).toEqual([
      'a',
      'a 2',
      'r sum final',
      'document',
      'document 2',
      'document 3',
      'x'.repeat(190),
    ]);
  });

  it.each([
    [model, undefined, { inferenceConfig: { maxTokens: 32_000 } }],
    [model, 'off', { inferenceConfig: { maxTokens: 32_000 } }],
    [
      model,
      'max',
      {
        inferenceConfig: { maxTokens: 52_096 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 48_000 } },
      },
    ],
    ['anthropic.claude-3-haiku-20240307-v1:0', 'high', { inferenceConfig: { maxTokens: 4096 } }],
    [
      'us.anthropic.claude-opus-4-8',
      'high',
      {
        inferenceConfig: { maxTokens: 32_000 },
        outputConfig: { effort: 'high' },
        additionalModelRequestFields: { thinking: { type: 'adaptive', display: 'summarized' } },
      },
    ],
    [
      'global.anthropic.claude-opus-5-5',
      'off',
      { inferenceConfig: { maxTokens: 32_000 }, outputConfig: { effort: 'low' } },
    ],
    [
      'us.anthropic.claude-opus-5',
      'off',
      {
        inferenceConfig: { maxTokens: 32_000 },
        additionalModelRequestFields: { thinking: { type: 'disabled' } },
      },
    ],
    [
      'us.amazon.nova-2-lite-v1:0',
      'minimal',
      {
        additionalModelRequestFields: {
          reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
        },
      },
    ],
    ['us.amazon.nova-2-lite-v1:0', 'off', {}],
    [nova, 'high', {}],
    [
      'openai.gpt-oss-120b-1:0',
      'max',
      { additionalModelRequestFields: { reasoning_effort: 'high' } },
    ],
    [
      'openai.gpt-oss-120b-1:0',
      'off',
      { additionalModelRequestFields: { reasoning_effort: 'low' } },
    ],
    [llama, 'high', {}],
  ] as const)('lets %s think %s', (name, thinking, wanted) => {
    const { messages: _messages, ...rest } = encode({ model: name, thinking });
    expect(rest).toEqual(wanted);
  });

  it('does not think where it may not, or where the model refused to', () => {
    const forced = encode({
      thinking: 'low',
      tools: [look],
      parameters: { toolChoice: 'required' },
    });
    expect(forced).not.toHaveProperty('additionalModelRequestFields');
    expect(forced).toMatchObject({ toolConfig: { toolChoice: { any: {} } } });
    const foreign = { ...calls, origin: { ...origin, model: 'other' } };
    const loop = [userText('a'), foreign, results];
    expect(encode({ thinking: 'low', messages: loop })).not.toHaveProperty(
      'additionalModelRequestFields',
    );
    for (const name of [model, 'us.amazon.nova-2-lite-v1:0', 'openai.gpt-oss-20b-1:0']) {
      const refused = encode({ thinking: 'low', model: name }, {}, ['without-thinking']);
      expect(refused).not.toHaveProperty('additionalModelRequestFields');
    }
  });

  it('says what a model takes of parameters', () => {
    const parameters = {
      temperature: 1.5,
      topP: 0.9,
      maxOutputTokens: 500,
      stop: ['END', ' '],
      toolChoice: { name: 'look' },
    };
    const tools = [look];
    expect(encode({ parameters, tools })).toMatchObject({
      inferenceConfig: { maxTokens: 500, temperature: 1, stopSequences: ['END'] },
      toolConfig: { toolChoice: { tool: { name: 'look' } } },
    });
    expect(encode({ parameters })).not.toHaveProperty('inferenceConfig.topP');
    expect(encode({ parameters, model: nova })).toHaveProperty('inferenceConfig.topP', 0.9);
    const older = encode({ parameters, model: 'anthropic.claude-3-7-sonnet-20250219-v1:0' });
    expect(older).toHaveProperty('inferenceConfig.topP', 0.9);
    const thinks = encode({ parameters: { temperature: 0.2 }, thinking: 'low' });
    expect(thinks).not.toHaveProperty('inferenceConfig.temperature');
    const newest = encode({ parameters, model: 'us.anthropic.claude-opus-4-8' });
    expect(newest).not.toHaveProperty('inferenceConfig.temperature');
    const hard = encode({ parameters, model: 'us.amazon.nova-2-lite-v1:0', thinking: 'high' });
    expect(hard['inferenceConfig']).toEqual({ stopSequences: ['END'] });
    expect(encode({ parameters }, {}, ['without-sampling'])['inferenceConfig']).toEqual({
      maxTokens: 500,
    });
    expect(encode({ parameters }, {}, ['without-max-tokens'])).not.toHaveProperty(
      'inferenceConfig.maxTokens',
    );
    expect(encode({ parameters, tools }, {}, ['without-forced-tool'])).not.toHaveProperty(
      'toolConfig.toolChoice',
    );
  });

  it('defines the tools that were called, also where none may be called', () => {
    const messages = [userText('a'), calls, results];
    const former = {
      tools: [
        {
          toolSpec: {
            name: 'look',
            description: 'Not available any more.',
            inputSchema: { json: { type: 'object' } },
          },
        },
      ],
    };
    expect(encode({ messages }, { promptCaching: 'off' })['toolConfig']).toEqual(former);
    const none = { tools: [look], parameters: { toolChoice: 'none' as const } };
    expect(encode({ messages, ...none }, { promptCaching: 'off' })['toolConfig']).toEqual(former);
    expect(encode(none)).not.toHaveProperty('toolConfig');
  });

  it('asks for a schema in its own way, and sends the fields of the settings', () => {
    const schema = { type: 'object', properties: {} };
    const parameters = {
      responseFormat: { type: 'json_schema', json_schema: { name: 'x', schema } },
    };
    expect(encode({ parameters })['outputConfig']).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: 'x', schema: '{"properties":{},"type":"object"}' } },
      },
    });
    expect(encode({ parameters }, {}, ['without-format'])).not.toHaveProperty('outputConfig');
    const requestFields = { anthropic_beta: ['context-1m-2025-08-07'] };
    expect(encode({}, { requestFields })['additionalModelRequestFields']).toEqual(requestFields);
  });

  it('lets the user say the system prompt, and keeps words and tools in turns of their own', () => {
    const messages = [userText('a'), calls, results, userText('b')];
    const request = { system: 'Be brief.', messages, tools: [look], model: llama };
    const body = encode(request, {}, ['without-system', 'with-turns-apart']);
    expect(body).not.toHaveProperty('system');
    expect(body['messages']).toMatchObject([
      { role: 'user', content: [{ text: 'Be brief.' }, { text: 'a' }] },
      { role: 'assistant', content: [{ text: 'let me look' }] },
      { role: 'user', content: [{ text: '(go on)' }] },
      {
        role: 'assistant',
        content: [serverUse, serverResult, { toolUse: {} }, { toolUse: {} }],
      },
      { role: 'user', content: [{ toolResult: {} }, { toolResult: {} }] },
      { role: 'assistant', content: [{ text: '(go on)' }] },
      { role: 'user', content: [{ text: 'b' }] },
    ]);
  });
});
