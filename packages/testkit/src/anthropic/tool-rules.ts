import { findSchemaFault, isRecord } from '../json-schema-fault.ts';
import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { blocksOf } from './message-rules.ts';
import type { InputTool } from './request-schema.ts';

const toolDocs = 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview';

/** The rules on tools. Each refusal is the service's own sentence. */
export const toolRules: readonly WireRule<CheckedRequest, string>[] = [
  {
    name: 'names of tools are unique',
    source: toolDocs,
    check: ({ body }) => {
      const names = (body.tools ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
      return new Set(names).size < names.length ? 'tools: Tool names must be unique.' : undefined;
    },
  },
  {
    name: 'an input schema is valid JSON schema',
    source: 'https://json-schema.org/draft/2020-12/schema',
    check: ({ body }) => firstOf(body.tools, refuseInvalidSchema),
  },
  {
    name: 'an input schema is no union at its top',
    source: toolDocs,
    check: ({ body }) => firstOf(body.tools, refuseTopLevelUnion),
  },
  {
    name: 'names of properties are plain',
    source: 'https://github.com/modelcontextprotocol/go-sdk/issues/169',
    check: ({ body }) => firstOf(body.tools, refusePropertyName),
  },
  {
    name: 'a forced choice needs the tool that it forces',
    source: toolDocs,
    check: ({ body }) => refuseChoice(body),
  },
  {
    // The document is silent; the sentence is what clients report of the service.
    name: 'a conversation with tool blocks defines tools',
    source: toolDocs,
    check: ({ body }) => {
      const speaksOfTools = body.messages
        .flatMap(blocksOf)
        .some(({ type }) => type === 'tool_use' || type === 'tool_result');
      return speaksOfTools && (body.tools ?? []).length === 0
        ? 'Requests which include `tool_use` or `tool_result` blocks must define tools'
        : undefined;
    },
  },
  {
    name: 'at most four cache breakpoints',
    source: 'https://platform.claude.com/docs/en/build-with-claude/prompt-caching',
    check: ({ body }) => {
      const found = countBreakpoints([body.messages, body.system, body.tools]);
      return found > 4
        ? `A maximum of 4 blocks with cache_control may be provided. Found ${found}.`
        : undefined;
    },
  },
];

function firstOf(
  tools: readonly InputTool[] | undefined,
  refuse: (schema: Readonly<Record<string, unknown>>, at: string) => string | undefined,
): string | undefined {
  for (const [index, tool] of (tools ?? []).entries()) {
    const schema = 'input_schema' in tool ? tool.input_schema : undefined;
    if (!isRecord(schema)) continue;
    const refusal = refuse(schema, `tools.${index}.custom.input_schema`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refuseInvalidSchema(
  schema: Readonly<Record<string, unknown>>,
  at: string,
): string | undefined {
  return findSchemaFault(schema) === undefined
    ? undefined
    : `${at}: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12). Learn more about tool use at https://docs.claude.com/en/docs/tool-use.`;
}

function refuseTopLevelUnion(
  schema: Readonly<Record<string, unknown>>,
  at: string,
): string | undefined {
  return ['oneOf', 'allOf', 'anyOf'].some((key) => key in schema)
    ? `${at}: input_schema does not support oneOf, allOf, or anyOf at the top level`
    : undefined;
}

function refusePropertyName(
  schema: Readonly<Record<string, unknown>>,
  at: string,
): string | undefined {
  const properties = schema['properties'];
  const names = isRecord(properties) ? Object.keys(properties) : [];
  return names.every((name) => /^[a-zA-Z0-9_.-]{1,64}$/.test(name))
    ? undefined
    : `${at}.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'`;
}

function refuseChoice({ tool_choice, tools = [] }: CheckedRequest['body']): string | undefined {
  if (tool_choice?.type === 'any' && tools.length === 0) {
    return 'tool_choice.any may only be specified while providing tools.';
  }
  if (tool_choice?.type !== 'tool') return undefined;
  return tools.some(({ name }) => name === tool_choice.name)
    ? undefined
    : `Tool '${tool_choice.name}' not found in provided tools`;
}

function countBreakpoints(value: unknown): number {
  if (Array.isArray(value))
    return value.reduce<number>((sum, item) => sum + countBreakpoints(item), 0);
  if (!isRecord(value)) return 0;
  const own = isRecord(value['cache_control']) ? 1 : 0;
  return own + countBreakpoints(value['content']);
}
