import type { AssistantPart, Json, Message } from '@cuttle/core-types';
import { userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodeResponses } from './encode.ts';
import type { ResponsesRemedy } from './remedies.ts';

const provider = 'openai-responses';
const origin = { dialect: 'openai-responses', provider, model: 'm' };
const look = { name: 'look', description: 'Looks.', parameters: { type: 'object' as const } };

function encode(request: Partial<ModelRequest>, applied: readonly ResponsesRemedy[] = []) {
  const whole: ModelRequest = { model: 'm', messages: [userText('hi')], tools: [], ...request };
  return encodeResponses(whole, provider, new Set(applied)).body;
}

function inputOf(parts: readonly AssistantPart[], request: Partial<ModelRequest> = {}): Json[] {
  const messages: Message[] = [
    userText('a'),
    { role: 'assistant', origin, parts: [...parts] },
    userText('b'),
  ];
  const { input } = encode({ messages, ...request });
  return Array.isArray(input) ? input.slice(1, -1) : [];
}

const opaque = (value: Json): AssistantPart => ({ type: 'opaque', origin, value });
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
const said: AssistantPart = { type: 'text', text: 'b' };
const call: AssistantPart = {
  type: 'tool-call',
  callId: 'c1',
  name: 'look',
  input: { b: 1, a: 2 },
};

describe('a request in OpenAI Responses', () => {
  it('is a list of items, nothing of which is stored', () => {
    const messages: Message[] = [
      userText('what is it?'),
      {
        role: 'assistant',
        origin,
        parts: [
          { type: 'thinking', text: 'hm' },
          opaque(reasoning),
          said,
          opaque({ type: 'message', id: 'msg_1', phase: 'commentary' }),
          { ...call, opaque: { id: 'fc_1' } },
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
    expect(encode({ system: 'Be brief.', messages, tools: [look], cacheKey: 'k' }))
      .toMatchInlineSnapshot(`
      {
        "include": [
          "reasoning.encrypted_content",
        ],
        "input": [
          {
            "content": [
              {
                "text": "what is it?",
                "type": "input_text",
              },
            ],
            "role": "user",
            "type": "message",
          },
          {
            "encrypted_content": "gAAA",
            "id": "rs_1",
            "summary": [],
            "type": "reasoning",
          },
          {
            "content": [
              {
                "annotations": [],
                "text": "b",
                "type": "output_text",
              },
            ],
            "id": "msg_1",
            "phase": "commentary",
            "role": "assistant",
            "status": "completed",
            "type": "message",
          },
          {
            "arguments": "{"a":2,"b":1}",
            "call_id": "c1",
            "id": "fc_1",
            "name": "look",
            "type": "function_call",
          },
          {
            "call_id": "c1",
            "output": [
              {
                "text": "Error:",
                "type": "input_text",
              },
              {
                "text": "dark",
                "type": "input_text",
              },
              {
                "detail": "auto",
                "image_url": "data:image/png;base64,AA==",
                "type": "input_image",
              },
            ],
            "type": "function_call_output",
          },
        ],
        "instructions": "Be brief.",
        "model": "m",
        "prompt_cache_key": "k",
        "store": false,
        "stream": true,
        "tools": [
          {
            "description": "Looks.",
            "name": "look",
            "parameters": {
              "properties": {},
              "type": "object",
            },
            "strict": false,
            "type": "function",
          },
        ],
      }
    `);
  });

  it('says the text of an answer without its mark as nobody’s message', () => {
    expect(inputOf([said])).toEqual([{ type: 'message', role: 'assistant', content: 'b' }]);
  });

  it.each<[string, readonly AssistantPart[], readonly Json[]]>([
    ['that was cut off', [opaque(reasoning)], []],
    [
      'whose answer was cut off',
      [opaque(reasoning), said],
      [{ type: 'message', role: 'assistant', content: 'b' }],
    ],
    [
      'of another service',
      [{ type: 'opaque', origin: { ...origin, provider: 'azure' }, value: reasoning }, said],
      [{ type: 'message', role: 'assistant', content: 'b' }],
    ],
    [
      'that stands there twice',
      [
        opaque(reasoning),
        said,
        opaque({ type: 'message', id: 'msg_1' }),
        opaque(reasoning),
        said,
        opaque({ type: 'message', id: 'msg_1' }),
      ],
      [
        reasoning,
        {
          type: 'message',
          role: 'assistant',
          id: 'msg_1',
          status: 'completed',
          content: [{ type: 'output_text', text: 'b', annotations: [] }],
        },
        {
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'b', annotations: [] }],
        },
      ],
    ],
  ])('leaves out a reasoning %s', (_which, parts, wanted) => {
    expect(inputOf(parts)).toEqual(wanted);
  });

  it('leaves out a reasoning that an answer broke off in, also where the next answer follows at once', () => {
    const later = { ...reasoning, id: 'rs_2' };
    const broken: Message = { role: 'assistant', origin, parts: [opaque(reasoning)] };
    const whole: Message = {
      role: 'assistant',
      origin,
      parts: [opaque(later), said, opaque({ type: 'message', id: 'msg_2' })],
    };
    const { input } = encode({ messages: [userText('a'), broken, whole, userText('c')] });
    expect(input).toMatchObject([
      { role: 'user' },
      { id: 'rs_2' },
      { id: 'msg_2' },
      { role: 'user' },
    ]);
  });

  it('puts a reasoning that ended late before the text that it led to', () => {
    const parts = [said, opaque(reasoning), opaque({ type: 'message', id: 'msg_1' })];
    expect(inputOf(parts)).toMatchObject([{ id: 'rs_1' }, { id: 'msg_1' }]);
  });

  it('sends nothing of its own to another model, and none of it where it was refused', () => {
    const parts = [opaque(reasoning), { ...call, opaque: { id: 'fc_1' } }];
    const messages: Message[] = [userText('a'), { role: 'assistant', origin, parts }];
    const other = JSON.stringify(encode({ messages, model: 'other' }));
    const refused = JSON.stringify(encode({ messages }, ['without-own-items']));
    for (const body of [other, refused]) {
      expect(body).toContain('"call_id":"c1"');
      expect(body).not.toMatch(/rs_1|fc_1|gAAA/);
    }
  });

  it('answers a call of text with text, and tells who called', () => {
    const messages: Message[] = [
      userText('a'),
      {
        role: 'assistant',
        origin,
        parts: [
          {
            type: 'tool-call',
            callId: 'c1',
            name: 'sql',
            input: 'select 1',
            opaque: { type: 'custom_tool_call', id: 'ctc_1' },
          },
          {
            ...call,
            callId: 'c2',
            opaque: { id: 'fc_1', caller: { type: 'program', caller_id: 'p' } },
          },
        ],
      },
      {
        role: 'tool',
        parts: ['c1', 'c2'].map((callId) => ({
          type: 'tool-result' as const,
          callId,
          name: 'x',
          ok: true,
          content: [],
        })),
      },
    ];
    expect(encode({ messages })['input']).toMatchObject([
      { role: 'user' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c1', name: 'sql', input: 'select 1' },
      { type: 'function_call', id: 'fc_1', call_id: 'c2', arguments: '{"a":2,"b":1}' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: '(empty)' },
      { type: 'function_call_output', call_id: 'c2', caller: { type: 'program', caller_id: 'p' } },
    ]);
  });

  it('says media as what the service takes, or in words', () => {
    const source = { kind: 'base64' as const, data: 'aGVsbG8=' };
    const messages: Message[] = [
      {
        role: 'user',
        parts: [
          { type: 'image', mimeType: 'image/webp', source },
          { type: 'image', mimeType: 'image/tiff', source },
          { type: 'image', mimeType: 'image/png', source: { kind: 'url', url: 'https://a/b.png' } },
          { type: 'document', mimeType: 'application/pdf', name: 'a.pdf', source },
          {
            type: 'document',
            mimeType: 'application/pdf',
            source: { kind: 'url', url: 'https://a/b.pdf' },
          },
          { type: 'document', mimeType: 'text/plain', name: 'a.txt', source },
          { type: 'audio', mimeType: 'audio/mpeg', source },
        ],
      },
    ];
    expect(encode({ messages })['input']).toMatchObject([
      {
        content: [
          { type: 'input_image', image_url: 'data:image/webp;base64,aGVsbG8=' },
          { type: 'input_text', text: '[image (image/tiff), which cannot be shown here]' },
          { type: 'input_image', image_url: 'https://a/b.png' },
          {
            type: 'input_file',
            filename: 'a.pdf',
            file_data: 'data:application/pdf;base64,aGVsbG8=',
          },
          { type: 'input_file', file_url: 'https://a/b.pdf' },
          { type: 'input_text', text: '<document name="a.txt">\nhello\n</document>' },
          { type: 'input_text', text: '[audio (audio/mpeg), which cannot be shown here]' },
        ],
      },
    ]);
  });

  it('sorts tools, leaves their schemas alone and tells names apart that look alike there', () => {
    const [mended] = toolNames(['a.b']);
    const names = toolNames(['a.b', 'b', String(mended), 'a:b', 'ärger', '']);
    expect(new Set(names).size).toBe(6);
    expect(names).toEqual([...names].toSorted());
    expect(names).toContain(mended);
    expect(names.every((name) => /^[\w-]{1,64}$/.test(name))).toBe(true);
    const parameters = { type: 'object', properties: { z: {}, a: {} } };
    expect(JSON.stringify(encode({ tools: [{ ...look, parameters }] }))).toContain(
      '{"z":{},"a":{}}',
    );
  });

  it('forces a tool by its name there', () => {
    const tools = [{ ...look, name: 'a.b' }];
    const body = encode({ tools, parameters: { toolChoice: { name: 'a.b' } } });
    expect(body['tool_choice']).toEqual({ type: 'function', name: toolNames(['a.b'])[0] });
    expect(encode({ tools, parameters: { toolChoice: 'required' } })['tool_choice']).toBe(
      'required',
    );
  });

  const include = ['reasoning.encrypted_content'];
  it.each<[string, ModelRequest['thinking'], readonly ResponsesRemedy[], object]>([
    ['gpt-5-mini', undefined, [], { include }],
    ['gpt-5-mini', 'high', [], { include, reasoning: { effort: 'high', summary: 'auto' } }],
    ['gpt-5-mini', 'off', [], { include, reasoning: { effort: 'minimal' } }],
    ['gpt-5.5', 'max', [], { include, reasoning: { effort: 'xhigh', summary: 'auto' } }],
    [
      'gpt-5.5',
      'max',
      ['other-effort'],
      { include, reasoning: { effort: 'high', summary: 'auto' } },
    ],
    ['gpt-5.5', 'off', ['other-effort'], { include, reasoning: { effort: 'minimal' } }],
    ['gpt-5.5', 'low', ['without-summary'], { include, reasoning: { effort: 'low' } }],
    ['gpt-5.5', 'low', ['without-thinking'], { include }],
    [
      'gpt-5.5',
      'low',
      ['without-encrypted-content', 'without-summary'],
      { reasoning: { effort: 'low' } },
    ],
    ['gpt-4o-mini', 'high', [], {}],
    ['o3', 'minimal', [], { include, reasoning: { effort: 'low', summary: 'auto' } }],
  ])('says to %s to think %s, with %j', (model, thinking, applied, wanted) => {
    const {
      input: _input,
      store: _store,
      stream: _stream,
      ...rest
    } = encode({ model, thinking }, applied);
    expect(rest).toEqual({ model, ...wanted });
  });

  it('says limits and sampling as the model takes them', () => {
    const parameters = { temperature: 0.5, topP: 0.9, maxOutputTokens: 9, seed: 7, stop: ['x'] };
    const sampled = { temperature: 0.5, top_p: 0.9 };
    expect(encode({ model: 'gpt-4o-mini', parameters })).toMatchObject({
      ...sampled,
      max_output_tokens: 16,
    });
    const thinker = encode({
      model: 'gpt-5-mini',
      parameters: { ...parameters, maxOutputTokens: 99 },
    });
    expect(thinker).toMatchObject({ max_output_tokens: 99 });
    expect(Object.keys(thinker)).not.toEqual(expect.arrayContaining(['temperature']));
    expect(
      encode({ model: 'gpt-4o-mini', parameters }, ['without-sampling', 'without-max-tokens']),
    ).toEqual(encode({ model: 'gpt-4o-mini' }));
    expect(encode({ cacheKey: 'x'.repeat(80) })['prompt_cache_key']).toBe('x'.repeat(64));
    expect(encode({ cacheKey: 'x' }, ['without-cache-key'])).toEqual(encode({}));
  });

  it('says a format of the answer in its own words', () => {
    const json_schema = { name: 'x', schema: { type: 'object' }, strict: true };
    expect(
      encode({ parameters: { responseFormat: { type: 'json_schema', json_schema } } })['text'],
    ).toEqual({
      format: { type: 'json_schema', ...json_schema },
    });
    expect(encode({ parameters: { responseFormat: { type: 'json_object' } } })['text']).toEqual({
      format: { type: 'json_object' },
    });
  });

  it('says the system prompt as instructions, or as a message to a service that knows none', () => {
    expect(encode({ system: 'Be brief.' })['instructions']).toBe('Be brief.');
    expect(encode({ system: ' ' })).not.toHaveProperty('instructions');
    expect(encode({}, ['with-instructions'])['instructions']).toBe('Answer the user.');
    const other = encode({ system: 'Be brief.' }, ['without-instructions']);
    expect(other).not.toHaveProperty('instructions');
    expect(other['input']).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user' },
    ]);
  });

  it('only grows from one request to the next, so that a prompt cache hits', () => {
    const first: Message[] = [
      userText('a'),
      {
        role: 'assistant',
        origin,
        parts: [opaque(reasoning), { ...call, opaque: { id: 'fc_1' } }],
      },
    ];
    const result = {
      type: 'tool-result' as const,
      callId: 'c1',
      name: 'look',
      ok: true,
      content: [],
    };
    const then: Message[] = [...first, { role: 'tool', parts: [result] }];
    const rest: Message[] = [...then, { role: 'assistant', origin, parts: [said] }, userText('c')];
    const request = { system: 'Be brief.', tools: [look], cacheKey: 'k' };
    const [before, after] = [then, rest].map((messages) =>
      JSON.stringify(encode({ ...request, messages })),
    );
    const shared = before?.slice(0, before.lastIndexOf(']', before.indexOf('"tools"'))) ?? '';
    expect(shared).toContain('function_call_output');
    expect(after?.startsWith(shared)).toBe(true);
  });
});

const Tools = z.array(z.looseObject({ name: z.string() }));

function toolNames(names: readonly string[]): readonly string[] {
  const { tools } = encode({ tools: names.map((name) => ({ ...look, name })) });
  return Tools.parse(tools).map(({ name }) => name);
}
