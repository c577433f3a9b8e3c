import { childSchemas, findSchemaFault, isRecord } from '../json-schema-fault.ts';
import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import type { Refusal } from './refusal.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The rules on tools and their schemas. Each refusal is the service's own sentence. */
export const toolRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'parameters are the schema of an object',
    source: 'https://platform.openai.com/docs/guides/function-calling',
    check: ({ body }) => firstFault(body.tools, (schema) => refuseRoot(schema)),
  },
  {
    name: 'a schema is complete: objects have properties, arrays have items',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
    check: ({ body }) => firstFault(body.tools, (schema) => refuseIncomplete(schema, [])),
  },
  {
    name: 'a strict schema is closed and requires everything',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
    check: ({ body }) =>
      firstFault(body.tools, (schema, strict) => (strict ? refuseOpen(schema, []) : undefined)),
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

function refuseRoot(schema: Schema): string | undefined {
  const { type } = schema;
  if (type === 'object') return undefined;
  const got = type === undefined ? '"None"' : JSON.stringify(type);
  return `schema must be a JSON Schema of 'type: "object"', got 'type: ${got}'.`;
}

function refuseIncomplete(schema: Schema, path: readonly string[]): string | undefined {
  if (schema['type'] === 'object' && !('properties' in schema) && path.length === 0) {
    return `In context=${contextOf(path)}, object schema missing properties.`;
  }
  if (schema['type'] === 'array' && !('items' in schema) && !('prefixItems' in schema)) {
    return `In context=${contextOf(path)}, array schema missing items.`;
  }
  if (path.length === 0) {
    const fault = findSchemaFault(schema);
    if (fault !== undefined) {
      return `In context=${contextOf(fault.path.slice(0, -1))}, ${fault.problem}.`;
    }
  }
  return firstBelow(schema, path, refuseIncomplete);
}

function refuseOpen(schema: Schema, path: readonly string[]): string | undefined {
  if (schema['type'] === 'object') {
    const context = contextOf(path);
    if (schema['additionalProperties'] !== false) {
      return `In context=${context}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const names = isRecord(schema['properties']) ? Object.keys(schema['properties']) : [];
    const required: readonly unknown[] = Array.isArray(schema['required'])
      ? schema['required']
      : [];
    const missing = names.find((name) => !required.includes(name));
    if (missing !== undefined) {
      return `In context=${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
    }
  }
  return firstBelow(schema, path, refuseOpen);
}

function firstBelow(
  schema: Schema,
  path: readonly string[],
  refuse: (schema: Schema, path: readonly string[]) => string | undefined,
): string | undefined {
  for (const [key, child] of childSchemas(schema)) {
    if (typeof key === 'string' || !isRecord(child)) continue;
    const refusal = refuse(child, [...path, ...key]);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Python's way to write a tuple: `()`, `('properties', 'tags')`, `('items',)`. */
function contextOf(path: readonly string[]): string {
  const words = path.map((key) => `'${key}'`);
  return words.length === 1 ? `(${words[0]},)` : `(${words.join(', ')})`;
}
