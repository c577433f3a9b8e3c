import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { functionSchemaRules } from './function-schema.ts';
import type { Refusal } from './refusal.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The rules on tools and their schemas. Each refusal is the service's own sentence. */
export const toolRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'parameters are the schema of an object',
    source: 'https://platform.openai.com/docs/guides/function-calling',
    check: ({ body }) => firstFault(body.tools, functionSchemaRules.root),
  },
  {
    name: 'a schema is complete: objects have properties, arrays have items',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
    check: ({ body }) => firstFault(body.tools, functionSchemaRules.complete),
  },
  {
    name: 'a strict schema is closed and requires everything',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
    check: ({ body }) =>
      firstFault(body.tools, (schema, strict) =>
        strict ? functionSchemaRules.strict(schema) : undefined,
      ),
  },
  {
    name: 'a choice of tools needs tools',
    source: 'https://platform.openai.com/docs/api-reference/chat/create',
    check: ({ body }) => {
      if (body.tools !== undefined) return undefined;
      const key = (['tool_choice', 'parallel_tool_calls'] as const).find(
        (name) => body[name] !== undefined,
      );
      if (key === undefined) return undefined;
      return {
        message: `Invalid value for '${key}': '${key}' is only allowed when 'tools' are specified.`,
        param: key,
        code: null,
      };
    },
  },
  {
    name: 'a forced function is one of the tools',
    source: 'https://platform.openai.com/docs/api-reference/chat/create',
    check: ({ body: { tool_choice, tools = [] } }) => {
      if (typeof tool_choice !== 'object' || tool_choice.type !== 'function') return undefined;
      const { name } = tool_choice.function;
      return tools.some((tool) => tool.type === 'function' && tool.function.name === name)
        ? undefined
        : {
            message: `Invalid value for 'tool_choice': Tool choice 'function' with name '${name}' not found in 'tools' parameter.`,
            param: 'tool_choice',
            code: null,
          };
    },
  },
];

function firstFault(
  tools: CheckedRequest['body']['tools'] = [],
  find: (schema: Schema, strict: boolean) => string | undefined,
): Refusal | undefined {
  for (const [index, tool] of tools.entries()) {
    if (tool.type !== 'function' || tool.function.parameters === undefined) continue;
    const { name, parameters, strict } = tool.function;
    const fault = find(parameters, strict === true);
    if (fault !== undefined) {
      return {
        message: `Invalid schema for function '${name}': ${fault}`,
        param: `tools[${index}].function.parameters`,
        code: 'invalid_function_parameters',
      };
    }
  }
  return undefined;
}
