import { type AssistantPart, type Message, userText, type UserPart } from '@cuttle/core-types';
import type { ModelRequest, ThinkingLevel } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { encodeGemini } from './encode.ts';
import type { GeminiRemedy } from './remedies.ts';

const newest = 'gemini-3-flash-preview';
const older = 'gemini-2.5-flash';
const origin = { dialect: 'gemini', provider: 'gemini', model: newest };
const signature = 'c2lnbmVk';

function bodyOf(change: Partial<ModelRequest>, ...applied: readonly GeminiRemedy[]): object {
  const request = { model: newest, messages: [userText('hi')], tools: [], ...change };
  return encodeGemini(request, { safetySettings: [] }, new Set(applied)).body;
}

function contentsOf(
  messages: readonly Message[],
  change: Partial<ModelRequest> = {},
  ...applied: readonly GeminiRemedy[]
): unknown {
  const body = bodyOf({ messages, ...change }, ...applied);
  return 'contents' in body ? body.contents : undefined;
}

const said = (...parts: readonly AssistantPart[]): Message => ({
  role: 'assistant',
  parts: [...parts],
  origin,
});
const call = (callId: string, name = 'look', opaque?: object): AssistantPart => ({
  type: 'tool-call',
  callId,
  name,
  input: { b: 1, a: 2 },
  ...(opaque && { opaque: { ...opaque } }),
});
const kept = (value: object): AssistantPart => ({ type: 'opaque', origin, value: { ...value } });
const result = (callId: string, words = 'done', ok = true): Message => ({
  role: 'tool',
  parts: [
    { type: 'tool-result', callId, name: 'look', ok, content: [{ type: 'text', text: words }] },
  ],
});
const model = (...parts: readonly object[]): object => ({ role: 'model', parts });
const user = (...parts: readonly object[]): object => ({ role: 'user', parts });
const hi = user({ text: 'hi' });
const standIn = 'skip_thought_signature_validator';
const tool = (name: string, parameters = {}): ModelRequest['tools'][number] => ({
  name,
  description: `Does ${name}.`,
  parameters,
});

describe('a request to Gemini', () => {
  it('says what there is, in the order in which it changes least', () => {
    const body = bodyOf({
      system: 'Be brief.',
      tools: [tool('b'), tool('a.b', { type: 'object', properties: { x: { type: 'string' } } })],
      parameters: { temperature: 0.5, topP: 0.9, maxOutputTokens: 100, stop: ['END', ''], seed: 7 },
      thinking: 'low',
    });
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        tools: [
          {
            functionDeclarations: [
              {
                name: 'a.b',
                description: 'Does a.b.',
                parametersJsonSchema: { type: 'object', properties: { x: { type: 'string' } } },
              },
              { name: 'b', description: 'Does b.', parametersJsonSchema: { type: 'object' } },
            ],
          },
        ],
        generationConfig: {
          temperature: 0.5,
          topP: 0.9,
          stopSequences: ['END'],
          seed: 7,
          maxOutputTokens: 100,
          thinkingConfig: { includeThoughts: true, thinkingLevel: 'LOW' },
        },
        contents: [hi],
      }),
    );
  });

  it.each([
    [2 ** 40 + 5, 5],
    [-7, -7],
  ])('has a seed of 32 bits: %i is %i', (seed, wire) => {
    expect(bodyOf({ parameters: { seed } })).toMatchObject({ generationConfig: { seed: wire } });
  });

  it('says nothing that was not asked for', () => {
    expect(bodyOf({ system: ' ' })).toEqual({ contents: [hi] });
  });

  it('goes on from the request before it', () => {
    const first = [
      userText('hi'),
      said(call('c', 'look', { id: 'x', thoughtSignature: signature })),
    ];
    const before = JSON.stringify(contentsOf([...first, result('c')]));
    const after = JSON.stringify(
      contentsOf([...first, result('c'), said({ type: 'text', text: 'ok' }), userText('more')]),
    );
    expect(after.startsWith(before.slice(0, -1))).toBe(true);
  });

  it('puts system text of later messages to the first, and before the user where a model reads none', () => {
    const messages: readonly Message[] = [
      userText('hi'),
      { role: 'system', parts: [{ type: 'text', text: 'Now in French.' }] },
    ];
    const system = { system: 'Be brief.', messages };
    expect(bodyOf(system)).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.\n\nNow in French.' }] },
      contents: [hi],
    });
    const inside = { contents: [user({ text: 'Be brief.\n\nNow in French.' }, { text: 'hi' })] };
    expect(bodyOf({ ...system, model: 'gemma-3-27b-it' })).toEqual(inside);
    expect(bodyOf(system, 'without-system')).toEqual(inside);
  });

  it('takes the settings of what is blocked', () => {
    const safetySettings = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }];
    const request = { model: newest, messages: [userText('hi')], tools: [] };
    expect(encodeGemini(request, { safetySettings }, new Set()).body).toMatchObject({
      safetySettings,
    });
  });
});

describe('signatures', () => {
  it('go back on the very part that they came with', () => {
    const messages = [
      userText('hi'),
      said(
        { type: 'thinking', text: 'Hm.', signature },
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
        kept({ kind: 'signed-text', text: 'b', thoughtSignature: 'Yg==' }),
        call('c1', 'look', { id: 'one', thoughtSignature: 'Yw==' }),
        call('c2', 'look', { id: 'two' }),
      ),
      result('c1'),
      result('c2', 'no', false),
      said(
        { type: 'text', text: 'end' },
        kept({ kind: 'signed-text', text: '', thoughtSignature: 'ZQ==' }),
      ),
      userText('hi'),
    ];
    const functionCall = (id: string): object => ({ id, name: 'look', args: { a: 2, b: 1 } });
    expect(contentsOf(messages)).toEqual([
      hi,
      model(
        { text: 'Hm.', thought: true, thoughtSignature: signature },
        { text: 'a' },
        { text: 'b', thoughtSignature: 'Yg==' },
        { functionCall: functionCall('one'), thoughtSignature: 'Yw==' },
        { functionCall: functionCall('two') },
      ),
      user(
        { functionResponse: { id: 'one', name: 'look', response: { output: 'done' } } },
        { functionResponse: { id: 'two', name: 'look', response: { error: 'no' } } },
      ),
      model({ text: 'end' }, { text: '', thoughtSignature: 'ZQ==' }),
      hi,
    ]);
  });

  it('go with parts that are not ours to read', () => {
    const part = { toolCall: { id: 'x', toolType: 'FILE_SEARCH' }, thoughtSignature: signature };
    expect(
      contentsOf([userText('hi'), said(kept({ kind: 'part', part })), userText('hi')]),
    ).toEqual([hi, model(part), hi]);
  });

  it('stand in for those of another model, in every step', () => {
    const foreign: Message = {
      role: 'assistant',
      parts: [call('c', 'look', { id: 'x', thoughtSignature: 'Yw==' })],
      origin: { ...origin, model: 'gemini-3-pro-preview' },
    };
    const messages = [userText('hi'), foreign, result('c'), userText('hi')];
    const functionCall = { name: 'look', args: { a: 2, b: 1 } };
    expect(contentsOf(messages)).toMatchObject([
      hi,
      { parts: [{ functionCall, thoughtSignature: standIn }] },
      {},
      hi,
    ]);
    const inOlder = contentsOf(messages, { model: older });
    expect(JSON.stringify(inOlder)).not.toContain('thoughtSignature');
    expect(JSON.stringify(contentsOf(messages, { model: older }, 'with-stand-ins'))).toContain(
      standIn,
    );
  });

  it('are left out where the service no longer knows them', () => {
    const messages = [
      userText('hi'),
      said(
        { type: 'thinking', text: 'Hm.', signature },
        { type: 'text', text: 'a' },
        kept({ kind: 'signed-text', text: 'a', thoughtSignature: 'Yg==' }),
        call('c', 'look', { thoughtSignature: 'Yw==' }),
      ),
      result('c'),
    ];
    const functionCall = { name: 'look', args: { a: 2, b: 1 } };
    expect(contentsOf(messages, {}, 'without-old-signatures')).toEqual([
      hi,
      model({ text: 'a' }, { functionCall, thoughtSignature: standIn }),
      user({ functionResponse: { name: 'look', response: { output: 'done' } } }),
    ]);
  });

  it.each([
    ['damaged', { kind: 'signed-text', text: 'a', thoughtSignature: 'not base64' }],
    [
      'of a text that is no longer there',
      { kind: 'signed-text', text: 'b', thoughtSignature: 'Yg==' },
    ],
    ['of nothing', { kind: 'signed-text' }],
    ['in another form', { thoughtSignature: 'Yg==' }],
    ['of an answer that was blocked', { kind: 'blocked', reason: 'SAFETY', message: '' }],
  ])('that are %s are left out', (_what, value) => {
    expect(
      contentsOf([userText('hi'), said({ type: 'text', text: 'a' }, kept(value)), userText('hi')]),
    ).toEqual([hi, model({ text: 'a' }), hi]);
  });

  it('leave something to be said by an answer of nothing else', () => {
    const blocked = said(kept({ kind: 'blocked', reason: 'SAFETY', message: '' }));
    expect(contentsOf([userText('hi'), blocked, userText('hi')])).toEqual([
      hi,
      model({ text: '(no text)' }),
      hi,
    ]);
  });
});

describe('tools', () => {
  it('have names that the service takes, and results under the names of their calls', () => {
    const messages = [
      userText('hi'),
      said({ type: 'tool-call', callId: 'c', name: '1 bad:name', input: 'text' }),
      result('c'),
    ];
    const { body, names } = encodeGemini(
      { model: newest, messages, tools: [tool('1 bad:name'), tool('ok.name')] },
      { safetySettings: [] },
      new Set(),
    );
    const wire = names.toWire('1 bad:name');
    expect(wire).toMatch(/^_1_bad_name_[\da-f]{8}$/);
    expect(names.fromWire(wire)).toBe('1 bad:name');
    expect(names.toWire('ok.name')).toBe('ok.name');
    expect(body).toMatchObject({
      contents: [
        hi,
        { parts: [{ functionCall: { name: wire, args: { input: 'text' } } }] },
        { parts: [{ functionResponse: { name: wire } }] },
      ],
    });
  });

  it.each([
    ['auto' as const, undefined],
    ['none' as const, { mode: 'NONE' }],
    ['required' as const, { mode: 'ANY' }],
    [{ name: 'look' }, { mode: 'ANY', allowedFunctionNames: ['look'] }],
  ])('are chosen: %j', (toolChoice, functionCallingConfig) => {
    const body = bodyOf({ tools: [tool('look')], parameters: { toolChoice } });
    expect('toolConfig' in body ? body.toolConfig : undefined).toEqual(
      functionCallingConfig && { functionCallingConfig },
    );
  });

  it('lose the ids of their calls where a service knows none', () => {
    const messages = [userText('hi'), said(call('c', 'look', { id: 'x' })), result('c')];
    expect(JSON.stringify(contentsOf(messages))).toContain('"id":"x"');
    expect(JSON.stringify(contentsOf(messages, {}, 'without-call-ids'))).not.toContain('"id"');
  });

  it('give images inside of their results, or behind them', () => {
    const image: UserPart = {
      type: 'image',
      mimeType: 'image/png',
      source: { kind: 'base64', data: 'aGk=' },
    };
    const messages: readonly Message[] = [
      userText('hi'),
      said(call('c')),
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c',
            name: 'look',
            ok: true,
            content: [{ type: 'text', text: 'a' }, image, { ...image, mimeType: 'image/tiff' }],
          },
        ],
      },
    ];
    const inlineData = { mimeType: 'image/png', data: 'aGk=' };
    const unseen = '[image (image/tiff), which cannot be shown here]';
    expect(contentsOf(messages)).toMatchObject([
      hi,
      {},
      user({
        functionResponse: {
          name: 'look',
          response: { output: `a\n[image attached]\n${unseen}` },
          parts: [{ inlineData }],
        },
      }),
    ]);
    expect(contentsOf(messages, { model: older })).toMatchObject([
      hi,
      {},
      user({
        functionResponse: { name: 'look', response: { output: `a\n[image below]\n${unseen}` } },
      }),
      user({ text: 'Image from look:' }, { inlineData }),
    ]);
  });
});

describe('media', () => {
  const part = (
    type: 'image' | 'audio' | 'document' | 'video',
    mimeType: string,
    data: string,
  ): UserPart => ({
    type,
    mimeType,
    source: { kind: 'base64', data },
  });
  const at = (url: string): UserPart => ({
    type: 'image',
    mimeType: 'image/png',
    source: { kind: 'url', url },
  });
  const encodePart = (given: UserPart, id = newest, ...applied: readonly GeminiRemedy[]): unknown =>
    contentsOf([{ role: 'user', parts: [given] }], { model: id }, ...applied);

  it.each<[UserPart, object]>([
    [part('image', 'image/png', 'aGk='), { inlineData: { mimeType: 'image/png', data: 'aGk=' } }],
    [part('audio', 'audio/mpeg', 'aGk='), { inlineData: { mimeType: 'audio/mpeg', data: 'aGk=' } }],
    [
      part('document', 'application/pdf', 'aGk='),
      { inlineData: { mimeType: 'application/pdf', data: 'aGk=' } },
    ],
    [
      part('document', 'text/plain', 'aGk='),
      { text: '<document name="document">\nhi\n</document>' },
    ],
    [part('video', 'video/mp4', 'aGk='), { inlineData: { mimeType: 'video/mp4', data: 'aGk=' } }],
    [
      part('video', 'video/quicktime', 'aGk='),
      { inlineData: { mimeType: 'video/mov', data: 'aGk=' } },
    ],
    [
      part('video', 'video/x-matroska', 'aGk='),
      { text: '[video (video/x-matroska), which cannot be shown here]' },
    ],
    [part('image', 'image/png', '***'), { text: expect.stringContaining('cannot be shown') }],
    [part('image', 'image/tiff', 'aGk='), { text: expect.stringContaining('cannot be shown') }],
    [part('audio', 'audio/midi', 'aGk='), { text: expect.stringContaining('cannot be shown') }],
  ])('go as bytes where the service reads them: %j', (given, wire) => {
    expect(encodePart(given)).toEqual([user(wire)]);
  });

  it('go by their address to models that fetch it', () => {
    const url = 'https://example.com/a.png';
    const fileData = { mimeType: 'image/png', fileUri: url };
    expect(encodePart(at(url))).toEqual([user({ fileData })]);
    const words = [user({ text: expect.stringContaining(url) })];
    expect(encodePart(at(url), 'gemini-2.0-flash')).toEqual(words);
    expect(encodePart(at(url), newest, 'without-urls')).toEqual(words);
    expect(encodePart(at('http://example.com/a.png'))).toEqual([
      user({ text: expect.stringContaining('cannot be shown') }),
    ]);
  });

  it('go by their address where they were uploaded to Google', () => {
    const url = 'https://generativelanguage.googleapis.com/v1beta/files/abc';
    expect(encodePart(at(url), 'gemini-2.0-flash')).toEqual([
      user({ fileData: { mimeType: 'image/png', fileUri: url } }),
    ]);
  });
});

describe('thinking', () => {
  const configOf = (
    id: string,
    level: ThinkingLevel,
    ...applied: readonly GeminiRemedy[]
  ): unknown => {
    const body = bodyOf({ model: id, thinking: level }, ...applied);
    return 'generationConfig' in body ? body.generationConfig : undefined;
  };
  const thinkingConfig = (includeThoughts: boolean, rest: object): object => ({
    thinkingConfig: { includeThoughts, ...rest },
  });

  it.each<[string, ThinkingLevel, string]>([
    ['gemini-3-flash-preview', 'off', 'MINIMAL'],
    ['gemini-3.6-flash', 'minimal', 'MINIMAL'],
    ['gemini-3.7-flash', 'minimal', 'LOW'],
    ['gemini-3.1-pro-preview', 'off', 'LOW'],
    ['gemini-3.1-pro-preview', 'medium', 'MEDIUM'],
    ['gemini-3-pro-preview', 'medium', 'LOW'],
    ['gemini-3-flash-preview', 'max', 'HIGH'],
    ['gemini-flash-latest', 'minimal', 'LOW'],
    ['gemini-pro-latest', 'high', 'HIGH'],
    ['gemini-4-ultra', 'off', 'LOW'],
  ])('is a level at %s: %s is %s', (id, level, thinkingLevel) => {
    expect(configOf(id, level)).toEqual(thinkingConfig(level !== 'off', { thinkingLevel }));
  });

  it.each<[string, ThinkingLevel, number]>([
    ['gemini-2.5-pro', 'off', 128],
    ['gemini-2.5-pro', 'max', 32_768],
    ['gemini-2.5-flash', 'off', 0],
    ['gemini-2.5-flash', 'max', 24_576],
    ['gemini-2.5-flash', 'low', 2048],
    ['gemini-2.5-flash-lite', 'minimal', 512],
    ['models/gemini-2.5-pro', 'medium', 8192],
  ])('is a budget at %s: %s is %i', (id, level, thinkingBudget) => {
    expect(configOf(id, level)).toEqual(thinkingConfig(level !== 'off', { thinkingBudget }));
  });

  it.each(['gemini-2.0-flash', 'gemma-3-27b-it', 'gemini-2.5-flash-image', 'somebody-elses'])(
    'is not asked of %s',
    (id) => {
      expect(configOf(id, 'high')).toBeUndefined();
    },
  );

  it('makes room beside what is wanted', () => {
    const parameters = { maxOutputTokens: 1000 };
    expect(bodyOf({ model: older, thinking: 'low', parameters })).toMatchObject({
      generationConfig: { maxOutputTokens: 3048 },
    });
    expect(bodyOf({ thinking: 'low', parameters })).toMatchObject({
      generationConfig: { maxOutputTokens: 1000 },
    });
    expect(bodyOf({ model: older, thinking: 'off', parameters })).toMatchObject({
      generationConfig: { maxOutputTokens: 1000 },
    });
  });

  it('is asked for in the way that every model takes after a refusal', () => {
    expect(configOf(newest, 'high', 'with-usual-thinking')).toEqual(
      thinkingConfig(true, { thinkingLevel: 'LOW' }),
    );
    expect(configOf(older, 'high', 'with-usual-thinking')).toEqual(thinkingConfig(true, {}));
    expect(configOf(older, 'high', 'without-thinking')).toBeUndefined();
  });
});

describe('the format of an answer', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };

  it.each<[string, Parameters<typeof bodyOf>[0], unknown]>([
    [
      'a schema',
      {
        parameters: { responseFormat: { type: 'json_schema', json_schema: { name: 'x', schema } } },
      },
      { responseMimeType: 'application/json', responseJsonSchema: schema },
    ],
    [
      'JSON',
      { parameters: { responseFormat: { type: 'json_object' } } },
      { responseMimeType: 'application/json' },
    ],
    ['text', { parameters: { responseFormat: { type: 'text' } } }, undefined],
    ['nothing known', { parameters: { responseFormat: 'json' } }, undefined],
  ])('is %s', (_what, change, generationConfig) => {
    const body = bodyOf(change);
    expect('generationConfig' in body ? body.generationConfig : undefined).toEqual(
      generationConfig,
    );
    expect(bodyOf(change, 'without-format')).toEqual({ contents: [hi] });
  });
});
