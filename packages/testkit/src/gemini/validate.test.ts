import { describe, expect, it } from 'vitest';
import type { GeminiModel } from './checked-request.ts';
import { signPart, standInSignatures } from './signature.ts';
import { geminiRules, type Validated, validateGenerate } from './validate.ts';

const models: readonly GeminiModel[] = [
  { id: 'm', newer: 'taken' },
  { id: 'signing', signatures: 'required', newer: 'taken' },
  { id: 'pro', thinking: { kind: 'level', levels: ['LOW', 'HIGH'] } },
  { id: 'budget', thinking: { kind: 'budget', least: 128, most: 1000, off: 'refused' } },
  { id: 'lite', thinking: { kind: 'budget', least: 512, most: 1000, off: 'taken' } },
  { id: 'plain', thinking: { kind: 'none' }, externalUrls: 'refused' },
  { id: 'gemma', system: 'refused' },
  { id: 'small', contextWindow: 50 },
];

const user = (...parts: readonly object[]): object => ({ role: 'user', parts });
const model = (...parts: readonly object[]): object => ({ role: 'model', parts });
const hi = user({ text: 'hi' });
const call = (name = 'add', extra: object = {}, part: object = {}): object => ({
  functionCall: { name, args: {}, ...extra },
  ...part,
});
const result = (name = 'add', extra: object = {}): object => ({
  functionResponse: { name, response: { output: 'ok' }, ...extra },
});
const tools = (...functionDeclarations: readonly object[]): object[] => [{ functionDeclarations }];
const add = { name: 'add', description: 'Adds.' };
const config = (generationConfig: object): object => ({ generationConfig });
const thinking = (thinkingConfig: object): object => config({ thinkingConfig });

function validate(body: object, id = 'm'): Validated {
  return validateGenerate({ contents: [hi], ...body }, id, {
    models,
    rules: 'enforced',
    isSigned: (signature, content) =>
      signature === signPart(content) || standInSignatures.has(signature),
    countPrompt: (_model, { contents = [] }) => Math.ceil(JSON.stringify(contents).length / 4),
  });
}

/** The model that is asked, what is merged into a body that keeps every rule, and what the service says. */
type Case = readonly [body: object, says: string, model?: string];

const named = ([body, says, id]: Case) => ({ body, says, id });

function messageOf(validated: Validated): string | undefined {
  return validated.ok ? undefined : validated.refusal.message;
}

describe('bodies of the wrong form', () => {
  const cases: readonly Case[] = [
    [{ foo: 1 }, 'Invalid JSON payload received. Unknown name "foo": Cannot find field.'],
    [
      { contents: [user({ text: 'a', cacheControl: 1 })] },
      'Invalid JSON payload received. Unknown name "cacheControl" at \'contents[0].parts[0]\': Cannot find field.',
    ],
    [
      { tools: tools({ ...add, parameters: { type: 'OBJECT', const: 1 } }) },
      'Invalid JSON payload received. Unknown name "const" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
    ],
    [
      { contents: [user({ text: [] })] },
      'Invalid JSON payload received. Unknown name "text" at \'contents[0].parts[0]\': Proto field is not repeating, cannot start list.',
    ],
    [
      { contents: [user({ text: 3 })] },
      "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 3",
    ],
    [
      thinking({ thinkingLevel: 'MAX' }),
      'Invalid value at \'generation_config.thinking_config.thinking_level\' (type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingLevel), "MAX"',
    ],
    [
      config({ maxOutputTokens: 1.5 }),
      "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), 1.5",
    ],
  ];

  it.each(cases.map(named))('are refused: $says', ({ body, says }) => {
    expect(validate(body)).toMatchObject({
      ok: false,
      status: 400,
      cause: 'rule',
      refusal: {
        message: says,
        details: [{ fieldViolations: [{ description: says }] }],
      },
    });
  });
});

const missing = (name: string, position: number): string =>
  `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\` , position ${position}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`;
const unequal =
  'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';
const callOrder =
  'Please ensure that function call turn comes immediately after a user turn or after a function response turn.';
const badName =
  'Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.';
const unset = "required oneof field 'data' must have one initialized field";
const at = (field: string, problem: string): string =>
  `* GenerateContentRequest.${field}: ${problem}\n`;

const broken: Readonly<Record<string, readonly Case[]>> = {
  'there is something to answer': [
    [{ contents: [] }, at('contents', 'contents is not specified')],
    [{ contents: undefined }, at('contents', 'contents is not specified')],
  ],
  'a role is user or model': [
    [
      { contents: [{ role: 'assistant', parts: [{ text: 'a' }] }] },
      'Please use a valid role: user, model.',
    ],
  ],
  'a content has parts': [
    [{ contents: [hi, model()] }, at('contents[1].parts', 'contents.parts must not be empty.')],
  ],
  'a part says exactly one thing': [
    [{ contents: [user({})] }, at('contents[0].parts[0].data', unset)],
    [{ contents: [user({ text: '' })] }, at('contents[0].parts[0].data', unset)],
    [
      { contents: [user({ text: 'a', inlineData: {} })] },
      "Invalid value at 'contents[0].parts[0]' (oneof), oneof field 'data' is already set. Cannot set 'inlineData'",
    ],
    [
      { contents: [hi, model(call('')), user(result(''))] },
      at('contents[1].parts[0].function_call.name', 'Name cannot be empty.'),
    ],
    [
      { contents: [hi, model(call()), user({ functionResponse: { name: 'add' } })] },
      at('contents[2].parts[0].function_response.response', 'required field is not set.'),
    ],
  ],
  'what the model does is said by the model, and results by the user': [
    [
      { contents: [user(call())] },
      'Please ensure that function call turn contains at least one function_call part which can not be mixed with function_response parts.',
    ],
  ],
  'a call follows what the user says or a result': [
    [{ contents: [model(call()), user(result())] }, callOrder],
    [{ contents: [hi, model({ text: 'a' }), model(call()), user(result())] }, callOrder],
  ],
  'results follow their calls at once': [
    [
      { contents: [hi, user(result())] },
      'Please ensure that function response turn comes immediately after a function call turn.',
    ],
  ],
  'there are as many results as calls': [
    [{ contents: [hi, model(call(), call()), user(result())] }, unequal],
    [{ contents: [hi, model(call()), hi] }, unequal],
    [{ contents: [hi, model(call())] }, unequal],
  ],
  'a result names its call': [
    [{ contents: [hi, model(call()), user(result('sub'))] }, unequal],
    [
      { contents: [hi, model(call('add', { id: 'a' })), user(result('add', { id: 'b' }))] },
      unequal,
    ],
  ],
  'bytes are base64': [
    [
      { contents: [user({ inlineData: { mimeType: 'image/png', data: '***' } })] },
      'Invalid value at \'contents[0].parts[0].inline_data.data\' (TYPE_BYTES), Base64 decoding failed for "***"',
    ],
  ],
  'a type of media is one that models read': [
    [
      { contents: [user({ inlineData: { mimeType: 'application/zip', data: 'aa==' } })] },
      'Unsupported MIME type: application/zip',
    ],
    [
      { contents: [user({ inlineData: { mimeType: 'video/x-matroska', data: 'aa==' } })] },
      'Unsupported MIME type: video/x-matroska',
    ],
  ],
  'an address is one that the model fetches': [
    [
      { contents: [user({ fileData: { fileUri: 'https://a.example/b.png' } })] },
      'Invalid or unsupported file uri: https://a.example/b.png',
      'plain',
    ],
    [
      { contents: [user({ fileData: { fileUri: 'file:///etc/passwd' } })] },
      'Invalid or unsupported file uri: file:///etc/passwd',
    ],
  ],
  'results hold media only from Gemini 3 on': [
    [
      {
        contents: [
          hi,
          model(call()),
          user(result('add', { parts: [{ inlineData: { mimeType: 'image/png', data: 'aa==' } }] })),
        ],
      },
      'Multimodal function response is not supported for this model.',
      'budget',
    ],
  ],
  'a name begins with a letter or an underscore and has at most 64 characters': [
    [{ tools: tools({ name: '1st' }) }, at('tools[0].function_declarations[0].name', badName)],
    [{ tools: tools({ name: 'a b' }) }, at('tools[0].function_declarations[0].name', badName)],
    [
      { tools: tools(add, { name: 'x'.repeat(65) }) },
      at('tools[0].function_declarations[1].name', badName),
    ],
  ],
  'a name is declared once': [
    [{ tools: tools(add, add) }, 'Duplicate function declaration found: add'],
  ],
  'parameters are said in one way': [
    [
      {
        tools: tools({
          ...add,
          parameters: { type: 'object', properties: { a: { type: 'string' } } },
          parametersJsonSchema: {},
        }),
      },
      at(
        'tools[0].function_declarations[0]',
        'parameters and parameters_json_schema are mutually exclusive.',
      ),
    ],
  ],
  'an object in the OpenAPI form has properties': [
    [
      { tools: tools({ ...add, parameters: { type: 'OBJECT', properties: {} } }) },
      at(
        'tools[0].function_declarations[0].parameters.properties',
        'should be non-empty for OBJECT type',
      ),
    ],
  ],
  'a JSON schema is one': [
    [
      { tools: tools({ ...add, parametersJsonSchema: { type: 'obj' } }) },
      at('tools[0].function_declarations[0].parameters_json_schema.type', 'unknown type'),
    ],
  ],
  'a choice of functions needs functions': [
    [
      { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
      'Function calling config is set without function_declarations.',
    ],
  ],
  'only some modes take names, and only of functions that are declared': [
    [
      {
        tools: tools(add),
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['sub'] } },
      },
      at(
        'tool_config.function_calling_config.allowed_function_names',
        'function sub is not in function_declarations.',
      ),
    ],
    [
      {
        tools: tools(add),
        toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['add'] } },
      },
      at(
        'tool_config.function_calling_config.allowed_function_names',
        'allowed_function_names can only be set when the mode is ANY or VALIDATED.',
      ),
    ],
  ],
  'a model without a system role gets no system instruction': [
    [
      { systemInstruction: { parts: [{ text: 'Be brief.' }] } },
      'Developer instruction is not enabled for models/gemma',
      'gemma',
    ],
  ],
  'a system instruction says something': [
    [
      { systemInstruction: { parts: [{ text: '' }] } },
      at('system_instruction.parts[0].data', unset),
    ],
  ],
  'sampling stays in its ranges': [
    [
      config({ temperature: 3 }),
      at('generation_config.temperature', 'temperature must be in the range [0.0, 2.0].'),
    ],
    [config({ topP: 2 }), at('generation_config.top_p', 'top_p must be in the range [0.0, 1.0].')],
  ],
  'an answer has at least one token, and at most five texts to stop at': [
    [
      config({ maxOutputTokens: 0 }),
      at('generation_config.max_output_tokens', 'max_output_tokens must be positive.'),
    ],
    [
      config({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] }),
      at('generation_config.stop_sequences', 'at most 5 stop sequences can be specified.'),
    ],
    [
      config({ stopSequences: [''] }),
      at('generation_config.stop_sequences', 'stop sequences must not be empty.'),
    ],
  ],
  'thinking is asked for in the way of the model': [
    [
      thinking({ thinkingLevel: 'low', thinkingBudget: 5 }),
      'You can only set only one of thinking budget and thinking level.',
    ],
    [thinking({ includeThoughts: true }), 'Thinking is not enabled for models/plain', 'plain'],
    [
      thinking({ thinkingLevel: 'LOW' }),
      'Thinking level is not supported for this model.',
      'budget',
    ],
    [
      thinking({ thinkingLevel: 'MINIMAL' }),
      'Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.',
      'pro',
    ],
    [
      thinking({ thinkingBudget: 0 }),
      'Budget 0 is invalid. This model only works in thinking mode.',
      'budget',
    ],
    [
      thinking({ thinkingBudget: 100 }),
      'The thinking budget 100 is invalid. Please choose a value between 512 and 1000.',
      'lite',
    ],
  ],
  'a JSON format and functions go together only from Gemini 3 on': [
    [
      { tools: tools(add), ...config({ responseMimeType: 'application/json' }) },
      "Function calling with a response mime type: 'application/json' is unsupported",
      'budget',
    ],
  ],
  'a signature is base64': [
    [
      { contents: [hi, model({ text: 'a', thoughtSignature: 'not base64' }), hi] },
      'Invalid value at \'contents[1].parts[0].thought_signature\' (TYPE_BYTES), Base64 decoding failed for "not base64"',
    ],
  ],
  'a signature comes back on the very part that it came with': [
    [
      { contents: [hi, model({ text: 'a', thoughtSignature: signPart('b') }), hi] },
      'Corrupted thought signature.',
    ],
    [
      {
        contents: [
          hi,
          model(call('add'), call('sub', {}, { thoughtSignature: signPart('add({})') })),
          user(result('add'), result('sub')),
        ],
      },
      'Corrupted thought signature.',
    ],
  ],
  'in the turn that goes on, the first call of each step has its signature': [
    [{ contents: [hi, model(call()), user(result())] }, missing('add', 2), 'signing'],
    [
      {
        contents: [
          hi,
          model(call('add', {}, { thoughtSignature: signPart('add({})') })),
          user(result()),
          model({ text: 'a' }, call('sub')),
          user(result('sub')),
        ],
      },
      missing('sub', 4),
      'signing',
    ],
  ],
  'the prompt fits into the context window': [
    [
      { contents: [user({ text: 'x'.repeat(200) })] },
      'The input token count (60) exceeds the maximum number of tokens allowed (50).',
      'small',
    ],
  ],
};

describe('what the service refuses', () => {
  it('is tried rule by rule', () => {
    expect(Object.keys(broken)).toEqual(geminiRules.map(({ name }) => name));
  });

  describe.each(Object.entries(broken))('%s', (name, cases) => {
    it.each(cases.map(named))('$says', ({ body, says, id }) => {
      expect(messageOf(validate(body, id))).toBe(says);
      expect(geminiRules.find((rule) => rule.name === name)?.source).toMatch(/^https:/);
    });
  });

  it('is a model that is not there', () => {
    expect(validate({}, 'nobody')).toMatchObject({
      status: 404,
      cause: 'condition',
      refusal: {
        message:
          'models/nobody is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.',
      },
    });
  });

  it('is no fault of the client where the prompt is too long', () => {
    expect(validate({ contents: [user({ text: 'x'.repeat(200) })] }, 'small')).toMatchObject({
      status: 400,
      cause: 'condition',
    });
  });
});

const taken: readonly (readonly [what: string, body: object, model?: string])[] = [
  ['a question', {}],
  ['a content without a role', { contents: [{ parts: [{ text: 'hi' }] }] }],
  ['two turns of one role', { contents: [hi, hi] }],
  [
    'names in snake_case',
    {
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      tools: [
        {
          function_declarations: [
            {
              ...add,
              parameters_json_schema: {
                type: 'object',
                properties: { max_tokens: { type: 'integer' } },
              },
            },
          ],
        },
      ],
      generation_config: { thinking_config: { thinking_budget: 5 } },
    },
  ],
  [
    'an empty text with a signature',
    { contents: [hi, model({ text: 'a' }, { text: '', thoughtSignature: signPart('') }), hi] },
  ],
  [
    'parallel calls, of which the first is signed',
    {
      contents: [
        hi,
        model(call('add', {}, { thoughtSignature: signPart('add({})') }), call('sub')),
        user(result('add'), result('sub')),
      ],
    },
    'signing',
  ],
  [
    'calls of another service with a stand-in',
    {
      contents: [
        hi,
        model(call('add', {}, { thoughtSignature: 'skip_thought_signature_validator' })),
        user(result('add')),
      ],
    },
    'signing',
  ],
  [
    'calls of earlier turns without a signature',
    { contents: [hi, model(call()), user(result()), model({ text: 'a' }), hi] },
    'signing',
  ],
  [
    'arguments whose names look like fields',
    {
      contents: [
        hi,
        model({ functionCall: { name: 'add', args: { foo_bar: 1, thought: [] } } }),
        user(result()),
      ],
    },
  ],
  ['no thinking', thinking({ thinkingBudget: 0 }), 'lite'],
  ['any budget where a level is usual', thinking({ thinkingBudget: 5 }), 'pro'],
  [
    'an OpenAPI schema, nested',
    {
      tools: tools({
        ...add,
        parameters: {
          type: 'object',
          properties: { tags: { type: 'array', items: { type: 'string' } } },
          required: ['tags'],
        },
      }),
    },
  ],
];

describe('what the service takes', () => {
  it.each(taken.map(([what, body, id]) => ({ what, body, id })))('$what', ({ body, id }) => {
    expect(messageOf(validate(body, id))).toBeUndefined();
  });

  it('keeps the names of arguments as they are', () => {
    const contents = [
      hi,
      model({ function_call: { name: 'add', args: { foo_bar: 1 } } }),
      user({ function_response: { name: 'add', response: { some_key: 2 } } }),
    ];
    expect(validate({ contents })).toMatchObject({
      ok: true,
      body: {
        contents: [
          {},
          { parts: [{ functionCall: { args: { foo_bar: 1 } } }] },
          { parts: [{ functionResponse: { response: { some_key: 2 } } }] },
        ],
      },
    });
  });
});
