import { findSchemaFault } from '../json-schema-fault.ts';
import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { messagesOf } from './message-rules.ts';
import type { Message } from './request-schema.ts';

const toolDocs = 'https://docs.aws.amazon.com/bedrock/latest/userguide/tool-use.html';
/** How Converse hands on what the model behind it refuses. */
export const fromModel = 'The model returned the following errors: ';

/** The rules on tools, their calls and results. */
export const toolRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'a conversation with tool blocks defines tools',
    source: 'https://github.com/langgenius/dify/issues/7328',
    check: (request) =>
      request.body.toolConfig === undefined && speaksOfTools(messagesOf(request))
        ? 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
        : undefined,
  },
  {
    name: 'names of tools are unique',
    source: toolDocs,
    check: ({ body }) => {
      const names = namesOf(body);
      return new Set(names).size < names.length
        ? `${fromModel}tools: Tool names must be unique.`
        : undefined;
    },
  },
  {
    name: 'an input schema is an object by its type, and valid JSON schema',
    source: toolDocs,
    check: ({ body }) => refuseSchema(body),
  },
  {
    name: 'a forced choice needs the tool that it forces',
    source: toolDocs,
    check: ({ body }) => {
      const forced = body.toolConfig?.toolChoice?.tool?.name;
      return forced === undefined || namesOf(body).includes(forced)
        ? undefined
        : `${fromModel}Tool '${forced}' not found in provided tools`;
    },
  },
  {
    name: 'calls of one turn have ids of their own, and so have results',
    source: toolDocs,
    check: (request) => refuseRepeatedIds(messagesOf(request)),
  },
  {
    name: 'every call is answered in the next turn, and nothing else is',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/451',
    check: (request) => refuseUnpaired(messagesOf(request)),
  },
  {
    name: 'results stand before words, where a model takes both in one turn',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/451',
    check: (request) => refuseLateResult(messagesOf(request)),
  },
];

function speaksOfTools(messages: readonly Message[]): boolean {
  return messages.some(({ content }) => content.some((block) => block.toolUse ?? block.toolResult));
}

function namesOf({ toolConfig }: CheckedRequest['body']): readonly string[] {
  return (toolConfig?.tools ?? []).flatMap(({ toolSpec }) => (toolSpec ? [toolSpec.name] : []));
}

function refuseSchema({ toolConfig }: CheckedRequest['body']): string | undefined {
  for (const [index, { toolSpec }] of (toolConfig?.tools ?? []).entries()) {
    const schema = toolSpec?.inputSchema.json;
    if (schema === undefined) continue;
    const at = `toolConfig.tools.${index}.toolSpec.inputSchema.json`;
    if (schema['type'] !== 'object') {
      return `The value at ${at}.type must be one of the following: object.`;
    }
    if (findSchemaFault(schema) !== undefined) {
      return `${fromModel}tools.${index}.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12).`;
    }
  }
  return undefined;
}

/** Calls of tools that the service ran itself are answered on the spot. */
function usesOf(message: Message | undefined): readonly string[] {
  if (message?.role !== 'assistant') return [];
  return message.content.flatMap(({ toolUse }) =>
    toolUse && toolUse.type === undefined ? [toolUse.toolUseId] : [],
  );
}

function resultsOf(message: Message | undefined): readonly string[] {
  if (message?.role !== 'user') return [];
  return message.content.flatMap(({ toolResult }) => (toolResult ? [toolResult.toolUseId] : []));
}

function refuseRepeatedIds(messages: readonly Message[]): string | undefined {
  const seen = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const results = resultsOf(message);
    const repeated = results.find((id, at) => results.indexOf(id) !== at);
    if (repeated !== undefined) {
      return `The toolResult blocks at messages.${index}.content contain duplicate Ids: ${repeated}`;
    }
    for (const id of usesOf(message)) {
      if (seen.has(id)) {
        return `The toolUse blocks at messages.${index}.content contain duplicate Ids: ${id}`;
      }
      seen.add(id);
    }
  }
  return undefined;
}

function refuseUnpaired(messages: readonly Message[]): string | undefined {
  for (const [index, message] of messages.entries()) {
    const uses = usesOf(messages[index - 1]);
    const results = resultsOf(message);
    if (results.length > uses.length) {
      return `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`;
    }
    const missing = uses.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      return `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(', ')}`;
    }
  }
  // A call that nothing follows is not answered either.
  const last = usesOf(messages.at(-1));
  return last.length === 0
    ? undefined
    : `Expected toolResult blocks at messages.${messages.length}.content for the following Ids: ${last.join(', ')}`;
}

function refuseLateResult(messages: readonly Message[]): string | undefined {
  const at = messages.findIndex(({ content }) => {
    const lastResult = content.findLastIndex(
      ({ toolResult }) => toolResult?.type === undefined && toolResult,
    );
    return content.slice(0, lastResult + 1).some(({ toolResult }) => toolResult === undefined);
  });
  const message = messages[at];
  return message?.role !== 'user'
    ? undefined
    : `${fromModel}messages.${at}: Did not find ${resultsOf(message).length} tool_result block(s) at the beginning of this message. Messages following tool_use blocks must begin with a matching number of tool_result blocks.`;
}
