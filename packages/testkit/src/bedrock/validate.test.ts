import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signThinking } from '../anthropic/signature.ts';
import type { BedrockModel } from './checked-request.ts';
import { bedrockRules, type Validated, validateConverse } from './validate.ts';

const claude = 'us.anthropic.claude-x-v1:0';
const models: readonly BedrockModel[] = [
  { id: claude, maxOutputTokens: 5000 },
  { id: 'us.anthropic.claude-new', thinking: ['adaptive'] },
  { id: 'us.amazon.nova-x', contextWindow: 50 },
  { id: 'meta.llama-x', results: 'apart' },
];

const accepted = z
  .array(z.object({ name: z.string(), model: z.string(), body: z.unknown() }))
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/accepted-requests.json'), 'utf8')),
  );

interface Case {
  /** Merged into a body that keeps every rule. */
  readonly body: object;
  readonly says: string;
  readonly rule?: string;
  readonly model?: string;
}

const user = (...content: readonly object[]): object => ({ role: 'user', content });
const assistant = (...content: readonly object[]): object => ({ role: 'assistant', content });
const text = (words: string): object => ({ text: words });
const use = (toolUseId: string): object => ({ toolUse: { toolUseId, name: 'add', input: {} } });
const result = (toolUseId: string): object => ({ toolResult: { toolUseId, content: [text('3')] } });
const thought = (words: string, signature = signThinking(words)): object => ({
  reasoningContent: { reasoningText: { text: words, signature } },
});
const film = { video: { format: 'mp4', source: { bytes: 'AAAA' } } };
const image = { image: { format: 'png', source: { bytes: 'AA==' } } };
const pdf = (name: string): object => ({
  document: { format: 'pdf', name, source: { bytes: 'AA==' } },
});
const mark = { cachePoint: { type: 'default' } };
const tool = (json: object = { type: 'object' }, name = 'add'): object => ({
  toolSpec: { name, inputSchema: { json } },
});
const toolConfig = { tools: [tool()] };
const enabled = { thinking: { type: 'enabled', budget_tokens: 1024 } };
const looped = [user(text('a')), assistant(use('c1')), user(result('c1'))];

function validate(body: object, model = claude): Validated {
  return validateConverse({ messages: [user(text('hi'))], ...body }, model, {
    models,
    rules: 'enforced',
    isSigned: (words, signature) => signature === signThinking(words),
    countPrompt: ({ messages = [] }) => Math.ceil(JSON.stringify(messages).length / 4),
  });
}

describe('bodies of the wrong form', () => {
  const one = '1 validation error detected: ';
  const at = (path: string, value: string, constraint: string): string =>
    `${one}Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`;
  const cases: readonly Case[] = [
    { body: { foo: 1 }, says: `${one}Unknown field at 'foo'` },
    {
      body: { messages: [{ role: 'user' }] },
      says: at('messages.1.member.content', 'null', 'Member must not be null'),
    },
    {
      body: { messages: [{ role: 'tool', content: [] }] },
      says: at(
        'messages.1.member.role',
        "'tool'",
        'Member must satisfy enum value set: [user, assistant]',
      ),
    },
    {
      body: { messages: [user({ text: 3 })] },
      says: at(
        'messages.1.member.content.1.member.text',
        "'3'",
        'NUMBER_VALUE can not be converted to string',
      ),
    },
    {
      body: { messages: [user({ text: 'a', image: image.image })] },
      says: at(
        'messages.1.member.content.1.member',
        `'{"text":"a","image":{"format":"png","source":{"bytes":"AA=="}}}'`,
        'Member must have exactly one of: text, image, document, video, audio, toolUse, toolResult, reasoningContent, cachePoint',
      ),
    },
    {
      body: { messages: [user(text('a')), assistant(use('a b'))] },
      says: at(
        'messages.2.member.content.1.member.toolUse.toolUseId',
        "'a b'",
        'Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+',
      ),
    },
    {
      body: { toolConfig: { tools: [tool({ type: 'object' }, 'x'.repeat(65))] } },
      says: at(
        'toolConfig.tools.1.member.toolSpec.name',
        `'${'x'.repeat(65)}'`,
        'Member must have length less than or equal to 64',
      ),
    },
    {
      body: { toolConfig: { tools: [] } },
      says: at('toolConfig.tools', "'[]'", 'Member must have length greater than or equal to 1'),
    },
    {
      body: { inferenceConfig: { maxTokens: 0 } },
      says: at(
        'inferenceConfig.maxTokens',
        "'0'",
        'Member must have value greater than or equal to 1',
      ),
    },
    {
      body: { messages: [user({ image: { format: 'png', source: { bytes: '*' } } })] },
      says: at(
        'messages.1.member.content.1.member.image.source.bytes',
        "'*'",
        'Member must be base64',
      ),
    },
  ];

  it.each(cases)('says $says', ({ body, says }) => {
    expect(validate(body)).toEqual({
      ok: false,
      refusal: { status: 400, type: 'ValidationException', message: says, cause: 'rule' },
    });
  });

  it('names all faults at once', () => {
    const validated = validate({ toolConfig: { tools: [tool({}, '')] } });
    expect(validated).toMatchObject({
      refusal: {
        message:
          "2 validation errors detected: Value '' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
      },
    });
  });
});

const fromModel = 'The model returned the following errors: ';
const brokenRules: readonly Case[] = [
  {
    rule: 'a conversation starts with the user',
    body: { messages: [assistant(text('a'))] },
    says: 'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
  },
  {
    rule: 'roles alternate',
    body: { messages: [user(text('a')), user(text('b'))] },
    says: 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
  },
  {
    rule: 'a message has content',
    body: { messages: [user()] },
    says: 'The content field in the Message object at messages.0 is empty. Add a ContentBlock object to the content field and try again.',
  },
  {
    rule: 'a text block has text in it',
    body: { messages: [user(text('a'), text(' '))] },
    says: 'The text field in the ContentBlock object at messages.0.content.1 is blank. Add text to the text field, and try again.',
  },
  {
    rule: 'media and results are the user’s, calls and reasoning the assistant’s',
    body: { messages: [user(thought('a'))] },
    says: 'User messages cannot contain reasoning content. Please remove the reasoning content and try again.',
  },
  {
    rule: 'media and results are the user’s, calls and reasoning the assistant’s',
    body: { messages: [user(text('a')), assistant(image)] },
    says: 'The image block at messages.1.content.0 is not allowed in a message of the assistant role.',
  },
  {
    rule: 'a message holds at most twenty images, five documents and one film',
    body: { messages: [user(text('a'), ...Array.from({ length: 21 }, () => image))] },
    says: 'Too many images at messages.0: at most 20.',
  },
  {
    rule: 'a message holds at most twenty images, five documents and one film',
    body: { messages: [user(text('a'), ...['a', 'b', 'c', 'd', 'e', 'f'].map(pdf))] },
    says: 'Too many documents at messages.0: at most 5.',
  },
  {
    rule: 'a message holds at most twenty images, five documents and one film',
    model: 'us.amazon.nova-x',
    body: { messages: [user(text('a'), film, film)] },
    says: 'Too many videos at messages.0: at most 1.',
  },
  {
    rule: 'films go to the models of Amazon',
    body: { messages: [user(text('a'), film)] },
    says: "This model doesn't support the video content block that you provided.",
  },
  {
    rule: 'a document comes with text',
    body: { messages: [user(pdf('a'))] },
    says: 'The message at messages.0 contains a document but no text. Add a text block and try again.',
  },
  {
    rule: 'names of documents are plain',
    body: { messages: [user(text('a'), pdf('a.pdf'))] },
    says: "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name conforms to these restrictions and retry your request.",
  },
  {
    rule: 'names of documents are unique',
    body: { messages: [user(text('a'), pdf('a'), pdf('a'))] },
    says: "Messages can't contain duplicate document names. Rename the document and retry your request.",
  },
  {
    rule: 'some models take calls, results and words in turns of their own only',
    model: 'meta.llama-x',
    body: {
      toolConfig,
      messages: [user(text('a')), assistant(use('c1')), user(result('c1'), text('b'))],
    },
    says: 'messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
  },
  {
    rule: 'some models take calls, results and words in turns of their own only',
    model: 'meta.llama-x',
    body: {
      toolConfig,
      messages: [user(text('a')), assistant(text('b'), use('c1')), user(result('c1'))],
    },
    says: 'messages.1.content: Conversation blocks and tool use blocks cannot be provided in the same turn.',
  },
  {
    rule: 'a conversation with tool blocks defines tools',
    body: { messages: looped },
    says: 'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
  },
  {
    rule: 'names of tools are unique',
    body: { toolConfig: { tools: [tool(), tool()] } },
    says: `${fromModel}tools: Tool names must be unique.`,
  },
  {
    rule: 'an input schema is an object by its type, and valid JSON schema',
    body: { toolConfig: { tools: [tool({})] } },
    says: 'The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.',
  },
  {
    rule: 'an input schema is an object by its type, and valid JSON schema',
    body: { toolConfig: { tools: [tool({ type: 'object', required: 'a' })] } },
    says: `${fromModel}tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12).`,
  },
  {
    rule: 'a forced choice needs the tool that it forces',
    body: { toolConfig: { ...toolConfig, toolChoice: { tool: { name: 'other' } } } },
    says: `${fromModel}Tool 'other' not found in provided tools`,
  },
  {
    rule: 'calls of one turn have ids of their own, and so have results',
    body: { toolConfig, messages: [...looped, assistant(use('c1')), user(result('c1'))] },
    says: 'The toolUse blocks at messages.3.content contain duplicate Ids: c1',
  },
  {
    rule: 'calls of one turn have ids of their own, and so have results',
    body: { toolConfig, messages: [...looped.slice(0, 2), user(result('c1'), result('c1'))] },
    says: 'The toolResult blocks at messages.2.content contain duplicate Ids: c1',
  },
  {
    rule: 'every call is answered in the next turn, and nothing else is',
    body: { toolConfig, messages: [...looped.slice(0, 2), user(text('b'))] },
    says: 'Expected toolResult blocks at messages.2.content for the following Ids: c1',
  },
  {
    rule: 'every call is answered in the next turn, and nothing else is',
    body: { toolConfig, messages: looped.slice(0, 2) },
    says: 'Expected toolResult blocks at messages.2.content for the following Ids: c1',
  },
  {
    rule: 'every call is answered in the next turn, and nothing else is',
    body: { toolConfig, messages: [user(result('c1'))] },
    says: 'The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks of previous turn.',
  },
  {
    rule: 'results stand before words, where a model takes both in one turn',
    body: { toolConfig, messages: [...looped.slice(0, 2), user(text('b'), result('c1'))] },
    says: `${fromModel}messages.2: Did not find 1 tool_result block(s) at the beginning of this message. Messages following tool_use blocks must begin with a matching number of tool_result blocks.`,
  },
  {
    rule: 'only some models take cache points',
    model: 'meta.llama-x',
    body: { system: [text('a'), mark] },
    says: 'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.',
  },
  {
    rule: 'some models take no cache points among tools and after results',
    model: 'us.amazon.nova-x',
    body: { toolConfig: { tools: [tool(), mark] } },
    says: `${fromModel}Malformed input request: #/toolConfig/tools/1: extraneous key [cachePoint] is not permitted, please reformat your input and try again.`,
  },
  {
    rule: 'some models take no cache points among tools and after results',
    model: 'us.amazon.nova-x',
    body: { toolConfig, messages: [...looped.slice(0, 2), user(result('c1'), mark)] },
    says: `${fromModel}Malformed input request: #/messages/2/content/0: extraneous key [cachePoint] is not permitted, please reformat your input and try again.`,
  },
  {
    rule: 'at most four cache points',
    body: { messages: [user(text('a'), mark, mark, mark, mark, mark)] },
    says: `${fromModel}A maximum of 4 blocks with cache_control may be provided. Found 5.`,
  },
  {
    rule: 'a cache point does not follow a document or an image',
    body: { messages: [user(text('a'), pdf('a'), mark)] },
    says: "The cachePoint block at messages.0 can't follow a document, image, audio or video block.",
  },
  {
    rule: 'temperature and topP exclude each other at newer models of Anthropic',
    body: { inferenceConfig: { temperature: 0.2, topP: 0.9 } },
    says: `${fromModel}\`temperature\` and \`top_p\` cannot both be specified for this model. Please use only one.`,
  },
  {
    rule: 'a model thinks only in the ways that it knows',
    model: 'us.amazon.nova-x',
    body: { additionalModelRequestFields: enabled },
    says: `${fromModel}Malformed input request: #: extraneous key [thinking] is not permitted, please reformat your input and try again.`,
  },
  {
    rule: 'a model thinks only in the ways that it knows',
    body: { additionalModelRequestFields: { thinking: { type: 'adaptive' } } },
    says: `${fromModel}adaptive thinking is not supported on this model`,
  },
  {
    rule: 'a model thinks only in the ways that it knows',
    model: 'us.anthropic.claude-new',
    body: { additionalModelRequestFields: enabled },
    says: `${fromModel}"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`,
  },
  {
    rule: 'the thinking budget is at least 1,024 and lies below maxTokens',
    body: { additionalModelRequestFields: enabled, inferenceConfig: { maxTokens: 1024 } },
    says: `${fromModel}\`max_tokens\` must be greater than \`thinking.budget_tokens\`.`,
  },
  {
    rule: 'the thinking budget is at least 1,024 and lies below maxTokens',
    body: { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 9 } } },
    says: `${fromModel}thinking.enabled.budget_tokens: Input should be greater than or equal to 1024`,
  },
  {
    rule: 'thinking leaves the temperature alone and no tool is forced',
    body: { additionalModelRequestFields: enabled, inferenceConfig: { temperature: 0.2 } },
    says: `${fromModel}\`temperature\` may only be set to 1 when thinking is enabled.`,
  },
  {
    rule: 'thinking leaves the temperature alone and no tool is forced',
    body: { additionalModelRequestFields: enabled, inferenceConfig: { topP: 0.2 } },
    says: `${fromModel}\`top_p\` must be greater than or equal to 0.95 or unset when thinking is enabled.`,
  },
  {
    rule: 'thinking leaves the temperature alone and no tool is forced',
    body: {
      additionalModelRequestFields: enabled,
      toolConfig: { ...toolConfig, toolChoice: { any: {} } },
    },
    says: `${fromModel}Thinking may not be enabled when tool_choice forces tool use.`,
  },
  {
    rule: 'reasoning comes back with the text and the signature that it had',
    body: { messages: [user(text('a')), assistant(thought('b', 'c'), text('d')), user(text('e'))] },
    says: `${fromModel}messages.1.content.0: Invalid \`signature\` in \`thinking\` block`,
  },
  {
    rule: 'reasoning comes back with the text and the signature that it had',
    body: {
      messages: [
        user(text('a')),
        assistant({ reasoningContent: { reasoningText: { text: 'b' } } }, text('c')),
        user(text('d')),
      ],
    },
    says: `${fromModel}messages.1.content.0.thinking.signature: Field required`,
  },
  {
    rule: 'inside a tool loop the assistant turn begins with its reasoning',
    body: { toolConfig, messages: looped, additionalModelRequestFields: enabled },
    says: `${fromModel}messages.1.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`tool_use\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). To avoid this requirement, disable \`thinking\`.`,
  },
  {
    rule: 'maxTokens is within what the model can say',
    body: { inferenceConfig: { maxTokens: 5001 } },
    says: 'The maximum tokens you requested exceeds the model limit of 5000. Try again with a maximum tokens value that is lower than 5000.',
  },
  {
    rule: 'the prompt fits into the context window',
    model: 'us.amazon.nova-x',
    body: { messages: [user(text('word '.repeat(100)))] },
    says: 'Input is too long for requested model.',
  },
];

describe('rules of the service', () => {
  it.each(brokenRules)('$rule', ({ body, model, says }) => {
    const validated = validate(body, model);
    expect(validated.ok ? 'taken' : validated.refusal.message).toBe(says);
  });

  it('have a case each', () => {
    const covered = new Set(brokenRules.map(({ rule }) => rule));
    expect(bedrockRules.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });

  it('are not those of marks, which are refused with 403', () => {
    expect(validate({ system: [text('a'), mark] }, 'meta.llama-x')).toMatchObject({
      refusal: { status: 403, type: 'AccessDeniedException' },
    });
  });

  it('let pass what keeps them', () => {
    const body = {
      system: [text('Be brief.'), mark],
      toolConfig: { tools: [tool(), mark] },
      inferenceConfig: { maxTokens: 4000, stopSequences: ['END'] },
      additionalModelRequestFields: enabled,
      messages: [
        user(text('a'), image, pdf('a (1)')),
        assistant(thought('hm'), text('b'), use('c1'), use('c2')),
        user(result('c1'), result('c2'), text('c'), mark),
      ],
    };
    expect(validate(body).ok).toBe(true);
  });
});

describe('requests that the real service took', () => {
  it.each(accepted)('$name', ({ model, body }) => {
    const validated = validateConverse(body, model, {
      models: [],
      rules: 'enforced',
      isSigned: () => true,
      countPrompt: () => 1,
    });
    expect(validated).toMatchObject({ ok: true });
  });
});
