import { describe, expect, it } from 'vitest';
import { readRecordedCase } from '../replay/recorded-case.ts';
import type { AnthropicModel, ApiVersion } from './checked-request.ts';
import { signThinking } from './signature.ts';
import { anthropicRules, type Validated, validateMessages } from './validate.ts';

const models: readonly AnthropicModel[] = [
  { id: 'm' },
  { id: 'small', contextWindow: 50, maxOutputTokens: 100 },
  { id: 'reserving', contextWindow: 50, outputReserve: 'counted' },
  { id: 'new', prefill: 'refused', systemMessages: 'taken', thinking: ['adaptive'] },
];

interface Case {
  /** Merged into a body that keeps every rule. */
  readonly body: object;
  readonly says: string;
  readonly rule?: string;
  readonly version?: ApiVersion;
  readonly turns?: 'alternating';
  readonly status?: number;
}

const user = (content: unknown): object => ({ role: 'user', content });
const assistant = (content: unknown): object => ({ role: 'assistant', content });
const text = (words: string): object => ({ type: 'text', text: words });
const use = (id: string): object => ({ type: 'tool_use', id, name: 'add', input: {} });
const result = (id: string, content: unknown = 'ok'): object => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
});
const thought = (words: string): object => ({
  type: 'thinking',
  thinking: words,
  signature: signThinking(words),
});
const tool = (schema: object = { type: 'object' }, name = 'add'): object => ({
  name,
  input_schema: schema,
});
const tools = [tool()];
const enabled = { type: 'enabled', budget_tokens: 1024 };

function validate(body: object, { version = '2026-10-21', turns }: Partial<Case> = {}): Validated {
  const plain = { model: 'm', max_tokens: 100, messages: [user('hi')], ...body };
  return validateMessages(plain, version, {
    models,
    turns: turns ?? 'combined',
    rules: 'enforced',
    isSigned: (words, signature) => signature === signThinking(words),
    countPrompt: ({ messages }) => Math.ceil(JSON.stringify(messages).length / 4),
  });
}

describe('bodies of the wrong form', () => {
  const cases: readonly Case[] = [
    { body: { max_tokens: undefined }, says: 'max_tokens: Field required' },
    { body: { messages: undefined }, says: 'messages: Field required' },
    { body: { messages: 'hi' }, says: 'messages: Input should be a valid list' },
    { body: { model: 3 }, says: 'model: Input should be a valid string' },
    { body: { max_tokens: 1.5 }, says: 'max_tokens: Input should be a valid integer' },
    { body: { max_tokens: -1 }, says: 'max_tokens: Input should be greater than or equal to 0' },
    { body: { foo: 1 }, says: 'foo: Extra inputs are not permitted' },
    {
      body: { messages: [{ role: 'tool', content: 'x' }] },
      says: "messages.0.role: Input should be 'user', 'assistant' or 'system'",
    },
    { body: { messages: [{ role: 'user' }] }, says: 'messages.0.content: Field required' },
    {
      body: { messages: [user([{ type: 'text' }])] },
      says: 'messages.0.content.0.text.text: Field required',
    },
    {
      body: { messages: [user([{ ...text('a'), id: 1 }])] },
      says: 'messages.0.content.0.text.id: Extra inputs are not permitted',
    },
    {
      body: { messages: [user('a'), assistant([use('call:1')])] },
      says: "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    },
    {
      body: { messages: [user('a'), assistant([{ ...use('a'), input: '{}' }])] },
      says: 'messages.1.content.0.tool_use.input: Input should be a valid dictionary',
    },
    {
      body: { messages: [user([result('a b')])] },
      says: "messages.0.content.0.tool_result.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    },
    {
      body: { tools: [tool({ type: 'object' }, 'get weather')] },
      says: "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    },
    {
      body: { tools: [tool({ type: 'object' }, 'x'.repeat(129))] },
      says: "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    },
    {
      body: { tools: [tool({ type: 'string' })] },
      says: "tools.0.custom.input_schema.type: Input should be 'object'",
    },
    { body: { tools: [tool({})] }, says: 'tools.0.custom.input_schema.type: Field required' },
    {
      body: { thinking: { type: 'enabled', budget_tokens: 10 } },
      says: 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    },
    {
      body: {
        messages: [
          user([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '*' } }]),
        ],
      },
      says: 'messages.0.content.0.image.source.base64.data: Input should be valid base64',
    },
  ];

  it.each(cases)('says $says', ({ body, says }) => {
    const validated = validate(body);

    expect(validated).toEqual({
      ok: false,
      refusal: { status: 400, message: says, cause: 'rule' },
    });
  });

  it('names the tags that it would have taken', () => {
    const validated = validate({ messages: [user([{ type: 'video' }])] });

    expect(validated).toMatchObject({
      refusal: {
        message: expect.stringMatching(
          /^messages\.0\.content\.0: Input tag 'video' found using 'type' does not match any of the expected tags: 'text', 'image', /,
        ),
      },
    });
  });
});

const brokenRules: readonly Case[] = [
  {
    rule: 'temperature, top_p and top_k are gone, even at their defaults',
    body: { temperature: 1 },
    says: 'temperature: Extra inputs are not permitted',
  },
  {
    rule: 'the assistant says no documents',
    body: {
      messages: [
        user('a'),
        assistant([{ type: 'document', source: { type: 'url', url: 'https://a.example/b.pdf' } }]),
        user('b'),
      ],
    },
    says: 'messages.1.content.0: `document` blocks are not permitted in `assistant` messages',
  },
  {
    rule: 'the user cites nothing',
    body: { messages: [user([{ ...text('a'), citations: [{ type: 'char_location' }] }])] },
    says: 'messages.0.content.0.text.citations: Extra inputs are not permitted',
  },
  {
    rule: 'there is at least one message',
    body: { messages: [] },
    says: 'messages: at least one message is required',
  },
  {
    rule: 'a system message is taken only by models that know it, and only after a user turn',
    body: { messages: [{ role: 'system', content: 'be brief' }, user('a')] },
    says: 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
  },
  {
    rule: 'a system message is taken only by models that know it, and only after a user turn',
    body: { model: 'new', messages: [{ role: 'system', content: 'be brief' }, user('a')] },
    says: 'messages.0: a "system" message must directly follow a "user" message',
  },
  {
    rule: 'the first message is a user message',
    body: { messages: [assistant('a'), user('b')] },
    says: 'messages: first message must use the "user" role',
  },
  {
    rule: 'roles alternate, where the service does not combine turns',
    body: { messages: [user('a'), user('b')] },
    turns: 'alternating',
    says: 'messages: roles must alternate between "user" and "assistant", but found multiple "user" roles in a row',
  },
  {
    rule: 'a message has content, but for a last one of the assistant',
    body: { messages: [user('a'), assistant(''), user('b')] },
    says: 'messages.1: all messages must have non-empty content except for the optional final assistant message',
  },
  {
    rule: 'a message has content, but for a last one of the assistant',
    body: { messages: [user([])] },
    says: 'messages.0: all messages must have non-empty content except for the optional final assistant message',
  },
  {
    rule: 'a text block has text in it',
    body: { messages: [user([text('')])] },
    says: 'messages: text content blocks must be non-empty',
  },
  {
    rule: 'a text block has text in it',
    body: { messages: [user(' \n ')] },
    says: 'messages: text content blocks must contain non-whitespace text',
  },
  {
    rule: 'a text block has text in it',
    body: { tools, messages: [user('a'), assistant([use('x')]), user([result('x', [text('')])])] },
    says: 'messages: text content blocks must be non-empty',
  },
  {
    rule: 'a text block has text in it',
    body: { system: [text('')] },
    says: 'system: text content blocks must be non-empty',
  },
  {
    rule: 'tool_use is said by the assistant, tool_result by the user',
    body: { messages: [user([text('a'), use('x')])] },
    says: 'messages.0.content.1: `tool_use` blocks can only be in `assistant` messages',
  },
  {
    rule: 'tool_use is said by the assistant, tool_result by the user',
    body: { messages: [user('a'), assistant([result('x')])] },
    says: 'messages.1.content.0: `tool_result` blocks can only be in `user` messages',
  },
  {
    rule: 'the ids of tool_use blocks are unique',
    body: { tools, messages: [user('a'), assistant([use('x'), use('x')]), user([result('x')])] },
    says: 'messages.1.content.1: `tool_use` ids must be unique',
  },
  {
    rule: 'a tool_result answers a tool_use of the turn before',
    body: { tools, messages: [user([result('x')])] },
    says: 'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: x. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
  },
  {
    rule: 'every tool_use is answered at the start of the next turn',
    body: {
      tools,
      messages: [user('a'), assistant([use('x'), use('y')]), user([result('x')]), user('go on')],
    },
    says: 'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: y. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  },
  {
    rule: 'every tool_use is answered at the start of the next turn',
    body: { tools, messages: [user('a'), assistant([use('x')])] },
    says: 'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: x. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  },
  {
    rule: 'every tool_use is answered at the start of the next turn',
    body: { tools, messages: [user('a'), assistant([use('x')]), user([text('hm'), result('x')])] },
    says: 'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: x. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  },
  {
    rule: 'a tool_use is answered once',
    body: { tools, messages: [user('a'), assistant([use('x')]), user([result('x'), result('x')])] },
    says: 'messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: x',
  },
  {
    rule: 'a result that is an error says something',
    body: {
      tools,
      messages: [
        user('a'),
        assistant([use('x')]),
        user([{ type: 'tool_result', tool_use_id: 'x', is_error: true }]),
      ],
    },
    says: 'messages.2.content.0.tool_result: content cannot be empty if `is_error` is true',
  },
  {
    rule: 'a prefilled answer does not end in white space',
    body: { messages: [user('a'), assistant('The answer is ')] },
    says: 'messages: final assistant content cannot end with trailing whitespace',
  },
  {
    rule: 'only some models continue a prefilled answer',
    body: { model: 'new', messages: [user('a'), assistant('The')] },
    says: 'This model does not support assistant message prefill. The conversation must end with a user message.',
  },
  {
    rule: 'names of tools are unique',
    body: { tools: [tool(), tool()] },
    says: 'tools: Tool names must be unique.',
  },
  {
    rule: 'an input schema is valid JSON schema',
    body: { tools: [tool({ type: 'object', properties: { a: { type: 'text' } } })] },
    says: 'tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12). Learn more about tool use at https://docs.claude.com/en/docs/tool-use.',
  },
  {
    rule: 'an input schema is no union at its top',
    body: { tools: [tool({ type: 'object', anyOf: [{ required: ['a'] }] })] },
    says: 'tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
  },
  {
    rule: 'names of properties are plain',
    body: { tools: [tool({ type: 'object', properties: { 'a b': {} } })] },
    says: "tools.0.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'",
  },
  {
    rule: 'a forced choice needs the tool that it forces',
    body: { tool_choice: { type: 'any' } },
    says: 'tool_choice.any may only be specified while providing tools.',
  },
  {
    rule: 'a forced choice needs the tool that it forces',
    body: { tools, tool_choice: { type: 'tool', name: 'sub' } },
    says: "Tool 'sub' not found in provided tools",
  },
  {
    rule: 'a conversation with tool blocks defines tools',
    body: { messages: [user('a'), assistant([use('x')]), user([result('x')])] },
    says: 'Requests which include `tool_use` or `tool_result` blocks must define tools',
  },
  {
    rule: 'at most four cache breakpoints',
    body: {
      messages: [
        user(
          ['a', 'b', 'c', 'd', 'e'].map((words) => ({
            ...text(words),
            cache_control: { type: 'ephemeral' },
          })),
        ),
      ],
    },
    says: 'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  },
  {
    rule: 'a model thinks only in the ways that it knows',
    body: { model: 'new', max_tokens: 2000, thinking: enabled },
    says: '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
  },
  {
    rule: 'a model thinks only in the ways that it knows',
    body: { thinking: { type: 'adaptive' } },
    says: 'adaptive thinking is not supported on this model',
  },
  {
    rule: 'the thinking budget lies below max_tokens',
    body: { thinking: enabled },
    says: '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
  },
  {
    rule: 'thinking leaves temperature, top_p and top_k alone',
    version: '2023-06-01',
    body: { max_tokens: 2000, thinking: enabled, temperature: 0.2 },
    says: '`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking',
  },
  {
    rule: 'thinking and a forced tool exclude each other',
    body: { max_tokens: 2000, thinking: enabled, tools, tool_choice: { type: 'any' } },
    says: 'Thinking may not be enabled when tool_choice forces tool use.',
  },
  {
    rule: 'a thinking block comes back with the text and the signature that it had',
    body: {
      messages: [
        user('a'),
        assistant([{ ...thought('one'), thinking: 'two' }, text('x')]),
        user('b'),
      ],
    },
    says: 'messages.1.content.0: Invalid `signature` in `thinking` block',
  },
  {
    rule: 'inside a tool loop the assistant turn begins with its thinking',
    body: {
      max_tokens: 2000,
      thinking: enabled,
      tools,
      messages: [user('a'), assistant([use('x')]), user([result('x')])],
    },
    says: 'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking',
  },
  {
    rule: 'max_tokens is within what the model can say',
    body: { model: 'small', max_tokens: 101 },
    says: 'max_tokens: 101 > 100, which is the maximum allowed number of output tokens for small',
  },
  {
    rule: 'the prompt fits into the context window',
    body: { model: 'small', messages: [user('x'.repeat(400))] },
    says: 'prompt is too long: 108 tokens > 50 maximum',
  },
  {
    rule: 'older models keep room for the whole answer',
    body: { model: 'reserving' },
    says: 'input length and `max_tokens` exceed context limit: 8 + 100 > 50, decrease input length or `max_tokens` and try again',
  },
];

describe('bodies that break a rule', () => {
  it.each(brokenRules)('$rule: $says', ({ says, rule, body, ...setup }) => {
    const validated = validate(body, setup);

    expect(validated).toMatchObject({ ok: false, refusal: { status: 400, message: says } });
    expect(anthropicRules.map(({ name }) => name)).toContain(rule);
  });

  it('has a case for every rule, and every rule a source', () => {
    const covered = new Set(brokenRules.map(({ rule }) => rule));

    expect(anthropicRules.filter(({ name }) => !covered.has(name))).toEqual([]);
    expect(anthropicRules.every(({ source }) => URL.canParse(source))).toBe(true);
  });

  it('calls a size a circumstance, not a broken rule', () => {
    const long = validate({ model: 'small', messages: [user('x'.repeat(400))] });
    const unknown = validate({ model: 'none' });

    expect(long).toMatchObject({ refusal: { cause: 'condition' } });
    expect(unknown).toMatchObject({
      refusal: { status: 404, cause: 'condition', message: 'model: none' },
    });
  });
});

describe('bodies that keep the rules', () => {
  it.each(['thinking-prompt', 'multiple-parallel-tool-calls'])(
    'takes what the service took: %s',
    async (name) => {
      const file = new URL(`../replay/fixtures/${name}.case.json`, import.meta.url).pathname;
      const { request } = await readRecordedCase(file);

      const validated = validateMessages(request?.body, '2023-06-01', {
        models: [],
        turns: 'combined',
        rules: 'enforced',
        isSigned: () => false,
        countPrompt: () => 1,
      });

      expect(validated).toMatchObject({ ok: true });
    },
  );

  const parallel = [user('a'), assistant([use('x'), use('y')]), user([result('y'), result('x')])];
  const cases: readonly { readonly what: string; readonly body: object; version?: ApiVersion }[] = [
    {
      what: 'neighbours of one role, which are combined',
      body: { messages: [user('a'), user('b')] },
    },
    {
      what: 'results of one turn spread over two user messages',
      body: {
        tools,
        messages: [
          user('a'),
          assistant([use('x'), use('y')]),
          user([result('x')]),
          user([result('y'), text('and?')]),
        ],
      },
    },
    { what: 'results in another order than the calls', body: { tools, messages: parallel } },
    {
      what: 'an empty result',
      body: {
        tools,
        messages: [
          ...parallel.slice(0, 2),
          user([result('x', ''), { type: 'tool_result', tool_use_id: 'y' }]),
        ],
      },
    },
    {
      what: 'an empty last message of the assistant',
      body: { messages: [user('a'), assistant('')] },
    },
    {
      what: 'a prefill where the model takes it',
      body: { messages: [user('a'), assistant('The')] },
    },
    {
      what: 'a temperature under the older version',
      body: { temperature: 0.2 },
      version: '2023-06-01',
    },
    {
      what: 'thinking kept at the head of a tool loop',
      body: {
        max_tokens: 2000,
        thinking: enabled,
        tools,
        messages: [user('a'), assistant([thought('hm'), use('x')]), user([result('x')])],
      },
    },
    {
      what: 'an older answer without thinking',
      body: {
        max_tokens: 2000,
        thinking: enabled,
        messages: [user('a'), assistant('b'), user('c')],
      },
    },
    {
      what: 'a system message after a user turn where the model knows it',
      body: { model: 'new', messages: [user('a'), { role: 'system', content: 'be brief' }] },
    },
    {
      what: 'a tool that the service runs',
      body: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    },
  ];

  it.each(cases)('takes $what', ({ body, version }) => {
    const validated = validate(body, version === undefined ? {} : { version });

    expect(validated).toMatchObject({ ok: true });
  });
});
