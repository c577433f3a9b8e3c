import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ResponsesModel } from './checked-request.ts';
import { sealReasoning, toFollowerId } from './proof.ts';
import { openaiResponsesRules, type Validated, validateResponses } from './validate.ts';

const models: readonly ResponsesModel[] = [
  { id: 'm' },
  { id: 'small', contextWindow: 50, maxOutputTokens: 100 },
  { id: 'thinker', kind: 'reasoning' },
];

interface Case {
  /** Merged into a body that keeps every rule. */
  readonly body: object;
  readonly says: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly rule?: string;
  readonly status?: number;
}

const user = (content: unknown): object => ({ role: 'user', content });
const call = (callId: string, extra: object = {}): object => ({
  type: 'function_call',
  call_id: callId,
  name: 'add',
  arguments: '{}',
  ...extra,
});
const result = (callId: string, output: unknown = 'ok'): object => ({
  type: 'function_call_output',
  call_id: callId,
  output,
});
const tool = (parameters: object = { type: 'object', properties: {} }, extra = {}): object => ({
  type: 'function',
  name: 'add',
  parameters,
  ...extra,
});
const reasoning = (id: string, extra: object = {}): object => ({
  type: 'reasoning',
  id,
  summary: [],
  encrypted_content: sealReasoning(id),
  ...extra,
});
const followed = toFollowerId('fc', 'rs_a', 1);
const said = { role: 'assistant', content: [{ type: 'output_text', text: 'b', annotations: [] }] };

function validate(body: object): Validated {
  const plain = { model: 'm', input: [user('hi')], ...body };
  return validateResponses(plain, {
    models,
    rules: 'enforced',
    countPrompt: ({ input }) => Math.ceil(JSON.stringify(input ?? '').length / 4),
  });
}

function refusalOf({ says, param, code, status = 400 }: Case): object {
  return { ok: false, status, refusal: { message: says, param, code } };
}

describe('bodies of the wrong form', () => {
  const long = 'x'.repeat(65);
  const cases: readonly Case[] = [
    {
      body: { model: undefined },
      says: "Missing required parameter: 'model'.",
      param: 'model',
      code: 'missing_required_parameter',
    },
    {
      body: { foo: 1 },
      says: "Unknown parameter: 'foo'.",
      param: 'foo',
      code: 'unknown_parameter',
    },
    {
      body: { max_tokens: 9 },
      says: "Unsupported parameter: 'max_tokens'. In the Responses API, this parameter has moved to 'max_output_tokens'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.",
      param: 'max_tokens',
      code: 'unsupported_parameter',
    },
    {
      body: { response_format: { type: 'json_object' } },
      says: "Unsupported parameter: 'response_format'. In the Responses API, this parameter has moved to 'text.format'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.",
      param: 'response_format',
      code: 'unsupported_parameter',
    },
    {
      body: { input: [{ ...user('hi'), name: 'x' }] },
      says: "Unknown parameter: 'input[0].name'.",
      param: 'input[0].name',
      code: 'unknown_parameter',
    },
    {
      body: { input: [user([{ type: 'text', text: 'a' }])] },
      says: "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', and 'input_file'.",
      param: 'input[0].content[0].type',
      code: 'invalid_value',
    },
    {
      body: {
        input: [user('a'), { role: 'assistant', content: [{ type: 'input_text', text: 'a' }] }],
      },
      says: "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
      param: 'input[1].content[0].type',
      code: 'invalid_value',
    },
    {
      body: { input: [user('a'), call(long), result(long)] },
      says: "Invalid 'input[1].call_id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      param: 'input[1].call_id',
      code: 'string_above_max_length',
    },
    {
      body: { input: [user('a'), call('x', { id: `fc_${long}` }), result('x')] },
      says: "Invalid 'input[1].id': string too long. Expected a string with maximum length 64, but got a string with length 68 instead.",
      param: 'input[1].id',
      code: 'string_above_max_length',
    },
    {
      body: { input: [user('a'), call('x', { arguments: {} }), result('x')] },
      says: "Invalid type for 'input[1].arguments': expected a string, but got an object instead.",
      param: 'input[1].arguments',
      code: 'invalid_type',
    },
    {
      body: { input: [user('a'), reasoning('rs_a', { summary: undefined }), call('x')] },
      says: "Missing required parameter: 'input[1].summary'.",
      param: 'input[1].summary',
      code: 'missing_required_parameter',
    },
    {
      // https://github.com/microsoft/agent-framework-go/pull/784
      body: {
        input: [user('a'), reasoning('rs_a', { content: [{ type: 'reasoning_text', text: 'b' }] })],
      },
      says: "Invalid 'input[1].content': array too long. Expected an array with maximum length 0, but got an array with length 1 instead.",
      param: 'input[1].content',
      code: 'array_above_max_length',
    },
    {
      body: { tools: [tool({}, { name: 'server.tool' })] },
      says: "Invalid 'tools[0].name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      param: 'tools[0].name',
      code: 'invalid_value',
    },
    {
      body: { tools: [{ type: 'function', function: { name: 'add' } }] },
      says: "Missing required parameter: 'tools[0].name'.",
      param: 'tools[0].name',
      code: 'missing_required_parameter',
    },
    {
      body: { max_output_tokens: 5 },
      says: "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 5 instead.",
      param: 'max_output_tokens',
      code: 'integer_below_min_value',
    },
    {
      body: { prompt_cache_key: long },
      says: "Invalid 'prompt_cache_key': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      param: 'prompt_cache_key',
      code: 'string_above_max_length',
    },
  ];

  it.each(cases)('says $says', (one) => {
    expect(validate(one.body)).toMatchObject(refusalOf(one));
  });
});

const brokenRules: readonly Case[] = [
  ...[undefined, []].map((input) => ({
    rule: 'there is something to answer',
    body: { input },
    says: "Missing required parameter: 'input'. One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided.",
    param: 'input',
    code: 'missing_required_parameter',
  })),
  {
    rule: 'the id of an item begins as its type wants',
    body: { input: [user('a'), call('x', { id: 'call_x' }), result('x')] },
    says: "Invalid 'input[1].id': 'call_x'. Expected an ID that begins with 'fc'.",
    param: 'input[1].id',
    code: 'invalid_value',
  },
  {
    rule: 'an item stands in the input once',
    body: {
      input: [user('a'), { ...said, id: 'msg_1', type: 'message' }, { ...said, id: 'msg_1' }],
    },
    says: 'Duplicate item found with id msg_1. Remove duplicate items from your input and try again.',
    param: 'input',
    code: null,
  },
  ...[{ type: 'item_reference', id: 'rs_a' }, reasoning('rs_a', { encrypted_content: null })].map(
    (item) => ({
      rule: 'what is not stored cannot be referred to',
      body: { input: [user('a'), item] },
      status: 404,
      says: "Item with id 'rs_a' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.",
      param: 'input',
      code: null,
    }),
  ),
  {
    rule: 'encrypted content is what the service gave',
    body: { input: [user('a'), reasoning('rs_a', { encrypted_content: 'gAAAAABforged' })] },
    says: 'The encrypted content gAAA...rged for item rs_a could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
    param: null,
    code: 'invalid_encrypted_content',
  },
  {
    rule: 'a reasoning goes back with what was said after it',
    body: { input: [user('a'), reasoning('rs_a'), user('b')] },
    says: "Item 'rs_a' of type 'reasoning' was provided without its required following item.",
    param: 'input',
    code: null,
  },
  {
    rule: 'what was said after a reasoning goes back with it',
    body: { input: [user('a'), call('x', { id: followed }), result('x')] },
    says: `Item '${followed}' of type 'function_call' was provided without its required 'reasoning' item: 'rs_a'.`,
    param: 'input',
    code: null,
  },
  {
    rule: 'a result has its call before it',
    body: { input: [user('a'), result('x')] },
    says: 'No tool call found for function call output with call_id x.',
    param: 'input',
    code: null,
  },
  {
    rule: 'a result has its call before it',
    body: { input: [user('a'), call('x'), result('x'), result('x')] },
    says: 'No tool call found for function call output with call_id x.',
    param: 'input',
    code: null,
  },
  {
    rule: 'every call has its result',
    body: { input: [user('a'), call('x'), call('y'), result('x')] },
    says: 'No tool output found for function call y.',
    param: 'input',
    code: null,
  },
  {
    rule: 'images and files are of a type that the service reads',
    body: {
      input: [
        user([{ type: 'input_image', detail: 'auto', image_url: 'data:image/tiff;base64,AA' }]),
      ],
    },
    says: "Invalid 'input[0].content[0].image_url'. Expected a valid URL, or a base64-encoded data URL of one of the following types: 'image/jpeg', 'image/png', 'image/gif', 'image/webp'.",
    param: 'input[0].content[0].image_url',
    code: 'invalid_value',
  },
  {
    // Recorded of the service.
    rule: 'images and files are of a type that the service reads',
    body: {
      input: [
        user('a'),
        call('x'),
        result('x', [{ type: 'input_file', file_data: 'data:audio/mpeg;base64,AA' }]),
      ],
    },
    says: "Invalid file data: 'input[2].output[0].file_data'. Expected a base64-encoded data URL with a valid file MIME type (e.g. 'data:text/plain;base64,SGVsbG8sIFdvcmxkIQ=='), but got unsupported MIME type 'audio/mpeg'.",
    param: 'input[2].output[0].file_data',
    code: 'invalid_value',
  },
  {
    rule: 'an earlier answer can be referred to only where it was stored',
    body: { previous_response_id: 'resp_1' },
    says: "Previous response with id 'resp_1' not found.",
    param: 'previous_response_id',
    code: 'previous_response_not_found',
  },
  {
    rule: 'a reasoning model is not sampled',
    body: { model: 'thinker', temperature: 0.5 },
    says: "Unsupported parameter: 'temperature' is not supported with this model.",
    param: 'temperature',
    code: null,
  },
  {
    rule: 'only a reasoning model takes an effort and sums up its reasoning',
    body: { reasoning: { effort: 'low' } },
    says: "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
    param: 'reasoning.effort',
    code: 'unsupported_parameter',
  },
  {
    rule: 'only a reasoning model has encrypted content',
    body: { include: ['reasoning.encrypted_content'] },
    says: 'Encrypted content is not supported with this model.',
    param: 'include',
    code: null,
  },
  {
    rule: 'parameters are the schema of an object',
    body: { tools: [tool({ properties: {} })] },
    says: "Invalid schema for function 'add': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.",
    param: 'tools[0].parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a schema is complete: objects have properties, arrays have items',
    body: { tools: [tool({ type: 'object' })] },
    says: "Invalid schema for function 'add': In context=(), object schema missing properties.",
    param: 'tools[0].parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a strict schema is closed and requires everything',
    body: { tools: [tool({ type: 'object', properties: {} }, { strict: true })] },
    says: "Invalid schema for function 'add': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    param: 'tools[0].parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a forced tool is one of the tools',
    body: { tools: [tool()], tool_choice: { type: 'function', name: 'other' } },
    says: "Tool choice 'function' not found in 'tools' parameter.",
    param: 'tool_choice',
    code: null,
  },
  {
    rule: 'a forced tool is one of the tools',
    body: { tool_choice: 'required' },
    says: "Tool choice 'required' must be specified with 'tools' parameter.",
    param: 'tool_choice',
    code: null,
  },
  {
    rule: 'the schema of a strict format is closed and requires everything',
    body: {
      text: {
        format: {
          type: 'json_schema',
          name: 'place',
          schema: { type: 'object', properties: {} },
          strict: true,
        },
      },
    },
    says: "Invalid schema for response_format 'place': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    param: 'text.format.schema',
    code: null,
  },
  {
    rule: 'json_object is asked for in words too',
    body: { text: { format: { type: 'json_object' } } },
    says: "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
    param: 'input',
    code: null,
  },
  {
    rule: 'the prompt fits into the context window',
    body: { model: 'small', input: [user('x'.repeat(400))] },
    says: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
    param: 'input',
    code: 'context_length_exceeded',
  },
];

describe('bodies that break a rule', () => {
  it.each(brokenRules)('$rule: $says', (one) => {
    expect(validate(one.body)).toMatchObject(refusalOf(one));
  });

  it('are there for each rule, and each rule has a source', () => {
    const covered = new Set(brokenRules.map(({ rule }) => rule));

    expect(
      openaiResponsesRules.map(({ name }) => name).filter((name) => !covered.has(name)),
    ).toEqual([]);
    expect(openaiResponsesRules.every(({ source }) => source.startsWith('https://'))).toBe(true);
  });

  it('tell a fault of the client from a circumstance', () => {
    expect(validate({ foo: 1 })).toMatchObject({ cause: 'rule' });
    expect(validate({ input: [] })).toMatchObject({ cause: 'rule' });
    expect(validate({ model: 'none' })).toMatchObject({ status: 400, cause: 'condition' });
    const long = validate({ model: 'small', input: [user('x'.repeat(400))] });
    expect(long).toMatchObject({ cause: 'condition' });
  });
});

const taken = z
  .array(z.looseObject({ name: z.string(), body: z.looseObject({ model: z.string() }) }))
  .parse(
    JSON.parse(readFileSync(new URL('fixtures/taken-requests.json', import.meta.url), 'utf8')),
  );

describe('bodies that keep the rules', () => {
  it.each(taken)('takes what the service took: $name', ({ body }) => {
    const kinds = (['plain', 'reasoning'] as const).map((kind) =>
      validateResponses(body, {
        models: [{ id: body.model, kind }],
        rules: 'enforced',
        countPrompt: () => 1,
      }),
    );

    expect(kinds.some(({ ok }) => ok)).toBe(true);
  });

  it.each([
    { what: 'a text', body: { input: 'hi' } },
    { what: 'an assistant first', body: { input: [{ role: 'assistant', content: 'a' }] } },
    { what: 'neighbours of one role', body: { input: [user('a'), user('b')] } },
    {
      what: 'results in another order than the calls',
      body: { input: [user('a'), call('x'), call('y'), result('y'), result('x')] },
    },
    {
      what: 'an id of a call used again in a later turn',
      body: { input: [user('a'), call('x'), result('x'), call('x'), result('x')] },
    },
    {
      what: 'a reasoning with what was said after it',
      body: {
        model: 'thinker',
        input: [user('a'), reasoning('rs_a'), call('x', { id: followed }), result('x')],
      },
    },
    {
      what: 'a custom call with its result',
      body: {
        input: [
          user('a'),
          { type: 'custom_tool_call', call_id: 'x', name: 'sql', input: 'select 1' },
          { type: 'custom_tool_call_output', call_id: 'x', output: '1' },
        ],
      },
    },
    {
      what: 'images and files, also as a result',
      body: {
        input: [
          user([
            { type: 'input_image', detail: 'auto', image_url: 'https://a.example/b.png' },
            {
              type: 'input_file',
              filename: 'a.pdf',
              file_data: 'data:application/pdf;base64,AA==',
            },
          ]),
          call('x'),
          result('x', [{ type: 'input_image', image_url: 'data:image/png;base64,AA==' }]),
        ],
      },
    },
    {
      what: 'an item of a tool of the service',
      body: {
        input: [
          user('a'),
          { type: 'web_search_call', id: 'ws_1', status: 'completed', action: {} },
        ],
      },
    },
    { what: 'a function without strictness', body: { tools: [tool()] } },
  ])('takes $what', ({ body }) => {
    expect(validate(body)).toMatchObject({ ok: true });
  });
});
