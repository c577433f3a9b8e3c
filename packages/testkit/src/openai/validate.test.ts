import { describe, expect, it } from 'vitest';
import { readRecordedSequence } from '../replay/recorded-sequence.ts';
import type { OpenaiModel, ReasoningField } from './checked-request.ts';
import { openaiRules, type Validated, validateChat } from './validate.ts';

const models: readonly OpenaiModel[] = [
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
}

const user = (content: unknown): object => ({ role: 'user', content });
const call = (id: string, name = 'add', words: unknown = '{}'): object => ({
  id,
  type: 'function',
  function: { name, arguments: words },
});
const calls = (...ids: readonly string[]): object => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => call(id)),
});
const result = (id: string): object => ({ role: 'tool', tool_call_id: id, content: 'ok' });
const tool = (parameters: object = { type: 'object', properties: {} }, extra = {}): object => ({
  type: 'function',
  function: { name: 'add', parameters, ...extra },
});
const image = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } };

function validate(body: object, reasoning: ReasoningField = 'hidden'): Validated {
  const plain = { model: 'm', messages: [user('hi')], ...body };
  return validateChat(plain, {
    models,
    reasoning,
    rules: 'enforced',
    countPrompt: ({ messages }) => Math.ceil(JSON.stringify(messages).length / 4),
  });
}

function refusalOf({ says, param, code }: Case): object {
  return { ok: false, status: 400, refusal: { message: says, param, code } };
}

describe('bodies of the wrong form', () => {
  const long = 'x'.repeat(41);
  const cases: readonly Case[] = [
    {
      body: { model: undefined },
      says: 'you must provide a model parameter',
      param: null,
      code: null,
    },
    {
      body: { messages: undefined },
      says: "Missing required parameter: 'messages'.",
      param: 'messages',
      code: 'missing_required_parameter',
    },
    {
      body: { messages: [] },
      says: "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'messages',
      code: 'empty_array',
    },
    {
      body: { messages: 'hi' },
      says: "Invalid type for 'messages': expected an array of objects, but got a string instead.",
      param: 'messages',
      code: 'invalid_type',
    },
    {
      body: { messages: [user(3)] },
      says: "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got a decimal instead.",
      param: 'messages[0].content',
      code: 'invalid_type',
    },
    {
      body: { messages: [{ role: 'robot', content: 'hi' }] },
      says: "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
      param: 'messages[0].role',
      code: 'invalid_value',
    },
    {
      body: { foo: 1 },
      says: 'Unrecognized request argument supplied: foo',
      param: null,
      code: null,
    },
    {
      body: { messages: [{ ...user('hi'), id: 1 }] },
      says: "Unknown parameter: 'messages[0].id'.",
      param: 'messages[0].id',
      code: 'unknown_parameter',
    },
    {
      body: { messages: [user([{ type: 'text', text: 'a', cache_control: {} }])] },
      says: "Unknown parameter: 'messages[0].content[0].cache_control'.",
      param: 'messages[0].content[0].cache_control',
      code: 'unknown_parameter',
    },
    {
      body: { messages: [user('hi'), calls(long), result(long)] },
      says: "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 41 instead.",
      param: 'messages[1].tool_calls[0].id',
      code: 'string_above_max_length',
    },
    {
      body: { messages: [user('hi'), calls('a'), result(long)] },
      says: "Invalid 'messages[2].tool_call_id': string too long. Expected a string with maximum length 40, but got a string with length 41 instead.",
      param: 'messages[2].tool_call_id',
      code: 'string_above_max_length',
    },
    {
      body: { messages: [user('hi'), { role: 'assistant', content: 'a', tool_calls: [] }] },
      says: "Invalid 'messages[1].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'messages[1].tool_calls',
      code: 'empty_array',
    },
    {
      body: { messages: [user('hi'), { role: 'assistant', tool_calls: [call('a', 'add', {})] }] },
      says: "Invalid type for 'messages[1].tool_calls[0].function.arguments': expected a string, but got an object instead.",
      param: 'messages[1].tool_calls[0].function.arguments',
      code: 'invalid_type',
    },
    {
      body: { messages: [user('hi'), { role: 'assistant', tool_calls: [call('a', 'a b')] }] },
      says: "Invalid 'messages[1].tool_calls[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      param: 'messages[1].tool_calls[0].function.name',
      code: 'invalid_value',
    },
    {
      body: { tools: [tool({}, { name: 'server.tool' })] },
      says: "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      param: 'tools[0].function.name',
      code: 'invalid_value',
    },
    {
      body: { tools: [tool({}, { name: 'x'.repeat(65) })] },
      says: "Invalid 'tools[0].function.name': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      param: 'tools[0].function.name',
      code: 'string_above_max_length',
    },
    {
      body: { tools: [] },
      says: "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'tools',
      code: 'empty_array',
    },
    {
      body: { tools: Array.from({ length: 129 }, () => tool()) },
      says: "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 129 instead.",
      param: 'tools',
      code: 'array_above_max_length',
    },
    {
      body: { temperature: 3 },
      says: "Invalid 'temperature': integer above maximum value. Expected a value <= 2, but got 3 instead.",
      param: 'temperature',
      code: 'integer_above_max_value',
    },
    {
      body: { max_tokens: 0 },
      says: "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      param: 'max_tokens',
      code: 'integer_below_min_value',
    },
  ];

  it.each(cases)('says $says', (one) => {
    const validated = validate(one.body);

    expect(validated).toMatchObject(refusalOf(one));
  });
});

const brokenRules: readonly Case[] = [
  ...[user(null), { role: 'assistant', content: null }, { role: 'system' }].map((message) => ({
    rule: 'a message has content, but for an assistant that calls tools',
    body: { messages: [user('a'), message] },
    says: "Invalid value for 'content': expected a string, got null.",
    param: 'messages.[1].content',
    code: null,
  })),
  {
    rule: 'reasoning comes back only to services that show it',
    body: { messages: [user('a'), { role: 'assistant', content: 'b', reasoning_content: 'c' }] },
    says: "Unknown parameter: 'messages[1].reasoning_content'.",
    param: 'messages[1].reasoning_content',
    code: 'unknown_parameter',
  },
  {
    rule: 'images, audio and files are said by the user, to a model that takes them',
    body: { messages: [{ role: 'system', content: [image] }, user('a')] },
    says: "Invalid 'messages[0]'. Image URLs are only allowed for messages with role 'user', but this message with role 'system' contains an image URL.",
    param: 'messages[0]',
    code: 'invalid_value',
  },
  {
    rule: 'images, audio and files are said by the user, to a model that takes them',
    body: {
      messages: [user([{ type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } }])],
    },
    says: "Invalid 'messages[0]'. Content blocks are expected to be either text or image_url type.",
    param: 'messages[0]',
    code: 'invalid_value',
  },
  {
    rule: 'images, audio and files are said by the user, to a model that takes them',
    body: {
      messages: [user([{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AA==' } }])],
    },
    says: "Invalid 'messages[0]'. Content blocks are expected to be either text or image_url type.",
    param: 'messages[0]',
    code: 'invalid_value',
  },
  {
    rule: 'a tool message names its call',
    body: { messages: [user('a'), calls('x'), { role: 'tool', content: 'ok' }] },
    says: "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.",
    param: 'messages.[2].tool_call_id',
    code: null,
  },
  {
    rule: 'tool messages follow the assistant message that called, one for each call',
    body: { messages: [user('a'), result('x')] },
    says: "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    param: 'messages.[1].role',
    code: null,
  },
  {
    rule: 'tool messages follow the assistant message that called, one for each call',
    body: { messages: [user('a'), calls('x'), result('y')] },
    says: "Invalid parameter: 'tool_call_id' of 'y' not found in 'tool_calls' of previous message.",
    param: 'messages.[2].tool_call_id',
    code: null,
  },
  {
    rule: 'tool messages follow the assistant message that called, one for each call',
    body: { messages: [user('a'), calls('x', 'y', 'z'), result('y'), user('and?')] },
    says: "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: x, z",
    param: 'messages.[3].role',
    code: null,
  },
  {
    rule: 'tool messages follow the assistant message that called, one for each call',
    body: { messages: [user('a'), calls('x')] },
    says: "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: x",
    param: 'messages.[2].role',
    code: null,
  },
  {
    rule: 'tool messages follow the assistant message that called, one for each call',
    body: { messages: [user('a'), calls('x'), result('x'), result('x')] },
    says: "Duplicate value for 'tool_call_id' of x in message[3]",
    param: 'messages.[3].tool_call_id',
    code: null,
  },
  {
    rule: 'tool messages follow the assistant message that called, one for each call',
    body: { messages: [user('a'), calls('x', 'x'), result('x')] },
    says: "Duplicate value for 'tool_call_id' of x in message[1]",
    param: 'messages.[1].tool_call_id',
    code: null,
  },
  {
    rule: 'parameters are the schema of an object',
    body: { tools: [tool({ properties: {} })] },
    says: "Invalid schema for function 'add': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.",
    param: 'tools[0].function.parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a schema is complete: objects have properties, arrays have items',
    body: { tools: [tool({ type: 'object' })] },
    says: "Invalid schema for function 'add': In context=(), object schema missing properties.",
    param: 'tools[0].function.parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a schema is complete: objects have properties, arrays have items',
    body: { tools: [tool({ type: 'object', properties: { tags: { type: 'array' } } })] },
    says: "Invalid schema for function 'add': In context=('properties', 'tags'), array schema missing items.",
    param: 'tools[0].function.parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a strict schema is closed and requires everything',
    body: { tools: [tool({ type: 'object', properties: {} }, { strict: true })] },
    says: "Invalid schema for function 'add': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    param: 'tools[0].function.parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a strict schema is closed and requires everything',
    body: {
      tools: [
        tool(
          { type: 'object', properties: { a: {} }, required: [], additionalProperties: false },
          { strict: true },
        ),
      ],
    },
    says: "Invalid schema for function 'add': In context=(), 'required' is required to be supplied and to be an array including every key in properties. Missing 'a'.",
    param: 'tools[0].function.parameters',
    code: 'invalid_function_parameters',
  },
  {
    rule: 'a choice of tools needs tools',
    body: { tool_choice: 'auto' },
    says: "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
    param: 'tool_choice',
    code: null,
  },
  {
    rule: 'a forced function is one of the tools',
    body: { tools: [tool()], tool_choice: { type: 'function', function: { name: 'sub' } } },
    says: "Invalid value for 'tool_choice': Tool choice 'function' with name 'sub' not found in 'tools' parameter.",
    param: 'tool_choice',
    code: null,
  },
  {
    rule: 'stream_options need a stream',
    body: { stream_options: { include_usage: true } },
    says: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    param: 'stream_options',
    code: null,
  },
  {
    rule: 'a reasoning model takes max_completion_tokens',
    body: { model: 'thinker', max_tokens: 10 },
    says: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    param: 'max_tokens',
    code: 'unsupported_parameter',
  },
  {
    rule: 'a reasoning model is not sampled',
    body: { model: 'thinker', temperature: 0.2 },
    says: "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
    param: 'temperature',
    code: 'unsupported_value',
  },
  {
    rule: 'only a reasoning model takes an effort',
    body: { reasoning_effort: 'low' },
    says: 'Unrecognized request argument supplied: reasoning_effort',
    param: null,
    code: null,
  },
  {
    rule: 'one of max_tokens and max_completion_tokens',
    body: { max_tokens: 10, max_completion_tokens: 10 },
    says: 'Setting `max_tokens` and `max_completion_tokens` at the same time is not supported.',
    param: 'max_completion_tokens',
    code: 'invalid_parameter_combination',
  },
  {
    rule: 'the schema of a strict format is closed and requires everything',
    body: {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'place', schema: { type: 'object', properties: {} }, strict: true },
      },
    },
    says: "Invalid schema for response_format 'place': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    param: 'response_format',
    code: null,
  },
  {
    rule: 'json_object is asked for in words too',
    body: { response_format: { type: 'json_object' } },
    says: "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    param: 'messages',
    code: null,
  },
  {
    rule: 'max_tokens is within what the model can say',
    body: { model: 'small', max_tokens: 101 },
    says: 'max_tokens is too large: 101. This model supports at most 100 completion tokens, whereas you provided 101.',
    param: 'max_tokens',
    code: 'invalid_value',
  },
  {
    rule: 'the prompt fits into the context window',
    body: { model: 'small', messages: [user('x'.repeat(400))] },
    says: "This model's maximum context length is 50 tokens. However, your messages resulted in 108 tokens. Please reduce the length of the messages.",
    param: 'messages',
    code: 'context_length_exceeded',
  },
];

describe('bodies that break a rule', () => {
  it.each(brokenRules)('$rule: $says', (one) => {
    const validated = validate(one.body);

    expect(validated).toMatchObject(refusalOf(one));
    expect(openaiRules.map(({ name }) => name)).toContain(one.rule);
  });

  it('has a case for every rule, and every rule a source', () => {
    const covered = new Set(brokenRules.map(({ rule }) => rule));

    expect(openaiRules.filter(({ name }) => !covered.has(name))).toEqual([]);
    expect(openaiRules.every(({ source }) => URL.canParse(source))).toBe(true);
  });

  it('calls a size and an unknown model circumstances, not broken rules', () => {
    const long = validate({ model: 'small', messages: [user('x'.repeat(400))] });
    const unknown = validate({ model: 'none' });

    expect(long).toMatchObject({ cause: 'condition' });
    expect(unknown).toMatchObject({ status: 404, cause: 'condition' });
  });
});

describe('bodies that keep the rules', () => {
  it('takes what a service took, step by step', async () => {
    const name = '../replay/fixtures/tools-streaming-variant-d.sequence.json';
    const { steps } = await readRecordedSequence(new URL(name, import.meta.url).pathname);
    const setup = {
      models: [],
      reasoning: 'hidden',
      rules: 'enforced',
      countPrompt: () => 1,
    } as const;

    const validated = steps.map(({ request }) => validateChat(request?.body, setup).ok);

    expect(validated).toEqual([true, true]);
  });

  it.each([
    { what: 'neighbours of one role', body: { messages: [user('a'), user('b')] } },
    { what: 'an assistant first', body: { messages: [{ role: 'assistant', content: 'a' }] } },
    {
      what: 'results in another order than the calls',
      body: { messages: [user('a'), calls('x', 'y'), result('y'), result('x'), user('b')] },
    },
    {
      what: 'calls without content',
      body: { messages: [user('a'), { role: 'assistant', tool_calls: [call('x')] }, result('x')] },
    },
    {
      what: 'arguments that are no JSON',
      body: {
        messages: [
          user('a'),
          { role: 'assistant', tool_calls: [call('x', 'add', '{"a":')] },
          result('x'),
        ],
      },
    },
    {
      what: 'an id used again in a later turn',
      body: { messages: [user('a'), calls('x'), result('x'), calls('x'), result('x')] },
    },
    {
      what: 'a function without parameters',
      body: { tools: [{ type: 'function', function: { name: 'now' } }] },
    },
    { what: 'an image', body: { messages: [user([image])] } },
  ])('takes $what', ({ body }) => {
    const validated = validate(body);

    expect(validated).toMatchObject({ ok: true });
  });

  it('takes reasoning back in the field in which it was shown', () => {
    const messages = [user('a'), { role: 'assistant', content: 'b', reasoning_content: 'c' }];

    const validated = validate({ messages }, 'reasoning_content');

    expect(validated).toMatchObject({ ok: true });
  });
});
