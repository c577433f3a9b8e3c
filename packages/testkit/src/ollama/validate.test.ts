import { describe, expect, it } from 'vitest';
import { type OllamaModel, toFullName } from './installed-model.ts';
import { ollamaRules, type Validated, validateChat } from './validate.ts';

const models: readonly OllamaModel[] = [
  { id: 'm', contextWindow: 50 },
  { id: 'plain', capabilities: ['completion'] },
];

interface Case {
  /** Merged into a body that keeps every rule. */
  readonly body: object;
  readonly says: string;
  readonly rule?: string;
  readonly status?: number;
}

const user = { role: 'user', content: 'hi' };
const tool = { type: 'function', function: { name: 'add', parameters: { type: 'object' } } };

function validate(body: object): Validated {
  return validateChat(
    { model: 'm', messages: [user], ...body },
    {
      findModel: (name) => models.find(({ id }) => toFullName(id) === toFullName(name)),
      rules: 'enforced',
      countPrompt: ({ messages }) => Math.ceil(JSON.stringify(messages).length / 4),
    },
  );
}

describe('bodies of the wrong form', () => {
  const cases: readonly Case[] = [
    {
      body: { messages: 'hi' },
      says: 'json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message',
    },
    {
      body: { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] },
      says: 'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
    },
    {
      body: {
        messages: [
          { role: 'assistant', tool_calls: [{ function: { name: 'add', arguments: '{}' } }] },
        ],
      },
      says: 'json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments of type api.ToolCallFunctionArguments',
    },
    {
      body: { stream: 'yes' },
      says: 'json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool',
    },
    { body: { model: '' }, says: 'model is required' },
    { body: { model: 'a b' }, says: 'model is required' },
  ];

  it.each(cases)('says $says', ({ body, says }) => {
    const validated = validate(body);

    expect(validated).toEqual({
      ok: false,
      cause: 'rule',
      refusal: { status: 400, message: says },
    });
  });
});

const brokenRules: readonly Case[] = [
  {
    rule: 'think is a boolean or a level',
    body: { think: 'xhigh' },
    says: 'invalid think value: "xhigh" (must be "high", "medium", "low", "max", true, or false)',
  },
  {
    rule: 'think is a boolean or a level',
    body: { think: 3 },
    says: 'think must be a boolean or string ("high", "medium", "low", "max", true, or false)',
  },
  {
    rule: 'images are base64',
    body: { messages: [{ ...user, images: ['data:image/png;base64,AAAA'] }] },
    says: 'illegal base64 data at input byte 4',
  },
  {
    rule: 'top_logprobs are few',
    body: { top_logprobs: 21 },
    says: 'top_logprobs must be between 0 and 20',
  },
  {
    rule: 'only a thinking model is told to think',
    body: { model: 'plain', think: true },
    says: '"plain" does not support thinking',
  },
  {
    rule: 'only a model with tools is offered tools',
    body: { model: 'plain', tools: [tool] },
    says: 'registry.ollama.ai/library/plain:latest does not support tools',
  },
  {
    rule: 'options have the types of their names',
    body: { options: { num_ctx: '8192' } },
    says: 'option "num_ctx" must be of type integer',
    status: 500,
  },
  {
    rule: 'format is json or a schema',
    body: { format: 'xml' },
    says: String.raw`invalid format: "\"xml\""; expected "json" or a valid JSON Schema object`,
    status: 500,
  },
  {
    rule: 'a prompt that must not be truncated fits into the context',
    body: { truncate: false, messages: [{ role: 'user', content: 'x'.repeat(400) }] },
    says: 'the input length exceeds the context length',
  },
];

describe('bodies that break a rule', () => {
  it.each(brokenRules)('$rule: $says', ({ body, says, rule, status = 400 }) => {
    const validated = validate(body);

    expect(validated).toMatchObject({ ok: false, refusal: { status, message: says } });
    expect(ollamaRules.map(({ name }) => name)).toContain(rule);
  });

  it('has a case for every rule, and every rule a source', () => {
    const covered = new Set(brokenRules.map(({ rule }) => rule));

    expect(ollamaRules.filter(({ name }) => !covered.has(name))).toEqual([]);
    expect(ollamaRules.every(({ source }) => URL.canParse(source))).toBe(true);
  });
});

describe('bodies that keep the rules', () => {
  it.each([
    { what: 'the full name of a model', body: { model: 'm:latest' } },
    { what: 'unknown fields and nulls', body: { foo: 1, format: null, tools: null } },
    { what: 'results without calls', body: { messages: [{ role: 'tool', content: '3' }] } },
    {
      what: 'a long prompt, which is truncated',
      body: { messages: [{ role: 'user', content: 'x'.repeat(400) }] },
    },
    {
      what: 'a longer context that is asked for',
      body: {
        truncate: false,
        options: { num_ctx: 200 },
        messages: [{ role: 'user', content: 'x'.repeat(400) }],
      },
    },
    { what: 'a schema as format', body: { format: { type: 'object' } } },
  ])('takes $what', ({ body }) => {
    const validated = validate(body);

    expect(validated).toMatchObject({ ok: true });
  });
});
