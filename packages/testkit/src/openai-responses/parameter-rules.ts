import { functionSchemaRules, refuseFormat } from '../openai/function-schema.ts';
import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest, ResponsesRefusal } from './checked-request.ts';
import { textOf } from './items-of.ts';

const createDocs = 'https://platform.openai.com/docs/api-reference/responses/create';
const reasoningDocs = 'https://platform.openai.com/docs/guides/reasoning';
const schemaDocs = 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas';

/** The rules on parameters that depend on each other or on the model. Each refusal is the service's own sentence. */
export const parameterRules: readonly WireRule<CheckedRequest, ResponsesRefusal>[] = [
  {
    name: 'an earlier answer can be referred to only where it was stored',
    source: 'https://platform.openai.com/docs/guides/conversation-state',
    check: ({ body: { previous_response_id: id } }) =>
      id == null
        ? undefined
        : {
            message: `Previous response with id '${id}' not found.`,
            param: 'previous_response_id',
            code: 'previous_response_not_found',
          },
  },
  {
    name: 'a reasoning model is not sampled',
    source: reasoningDocs,
    check: ({ body, model }) => {
      if (model.kind === 'plain') return undefined;
      const key = (['temperature', 'top_p', 'top_logprobs'] as const).find(
        (name) => body[name] != null && !(name !== 'top_logprobs' && body[name] === 1),
      );
      return key === undefined ? undefined : unsupported(key);
    },
  },
  {
    name: 'only a reasoning model takes an effort and sums up its reasoning',
    source: reasoningDocs,
    check: ({ body: { reasoning }, model }) => {
      if (model.kind === 'reasoning' || reasoning == null) return undefined;
      const key = (['effort', 'summary'] as const).find((name) => reasoning[name] != null);
      return key === undefined ? undefined : unsupported(`reasoning.${key}`);
    },
  },
  {
    name: 'only a reasoning model has encrypted content',
    source: reasoningDocs,
    check: ({ body: { include }, model }) =>
      model.kind === 'plain' && include?.includes('reasoning.encrypted_content')
        ? {
            message: 'Encrypted content is not supported with this model.',
            param: 'include',
            code: null,
          }
        : undefined,
  },
  {
    name: 'parameters are the schema of an object',
    source: 'https://platform.openai.com/docs/guides/function-calling',
    check: ({ body }) => firstFault(body.tools, functionSchemaRules.root),
  },
  {
    name: 'a schema is complete: objects have properties, arrays have items',
    source: schemaDocs,
    check: ({ body }) => firstFault(body.tools, functionSchemaRules.complete),
  },
  {
    name: 'a strict schema is closed and requires everything',
    source: schemaDocs,
    check: ({ body }) =>
      firstFault(body.tools, (schema, strict) =>
        strict ? functionSchemaRules.strict(schema) : undefined,
      ),
  },
  {
    name: 'the schema of a strict format is closed and requires everything',
    source: schemaDocs,
    check: ({ body: { text } }) =>
      text?.format?.type === 'json_schema'
        ? refuseFormat(text.format, 'text.format.schema')
        : undefined,
  },
  {
    name: 'a forced tool is one of the tools',
    source: createDocs,
    check: ({ body: { tool_choice: choice, tools = [] } }) => {
      if (choice === 'required' && tools.length === 0)
        return {
          message: "Tool choice 'required' must be specified with 'tools' parameter.",
          param: 'tool_choice',
          code: null,
        };
      if (typeof choice !== 'object' || choice.type === 'allowed_tools') return undefined;
      const { type, name } = choice;
      return tools.some((tool) => tool.type === type && tool['name'] === name)
        ? undefined
        : {
            message: `Tool choice '${type}' not found in 'tools' parameter.`,
            param: 'tool_choice',
            code: null,
          };
    },
  },
  {
    name: 'json_object is asked for in words too',
    source: 'https://platform.openai.com/docs/guides/structured-outputs#json-mode',
    check: ({ body, items }) =>
      body.text?.format?.type !== 'json_object' ||
      items.some((item) => item.type === 'message' && /json/i.test(textOf(item)))
        ? undefined
        : {
            message:
              "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
            param: 'input',
            code: null,
          },
  },
];

/** The size that a prompt is held against: a circumstance, not a fault of the client's code. */
export const sizeRules: readonly WireRule<CheckedRequest, ResponsesRefusal>[] = [
  {
    name: 'the prompt fits into the context window',
    source: 'https://platform.openai.com/docs/guides/conversation-state',
    check: ({ promptTokens, model: { contextWindow } }) =>
      promptTokens > contextWindow
        ? {
            message:
              'Your input exceeds the context window of this model. Please adjust your input and try again.',
            param: 'input',
            code: 'context_length_exceeded',
          }
        : undefined,
  },
];

function unsupported(param: string): ResponsesRefusal {
  return {
    message: `Unsupported parameter: '${param}' is not supported with this model.`,
    param,
    code: param.includes('.') ? 'unsupported_parameter' : null,
  };
}

function firstFault(
  tools: CheckedRequest['body']['tools'] = [],
  find: (schema: Readonly<Record<string, unknown>>, strict: boolean) => string | undefined,
): ResponsesRefusal | undefined {
  for (const [index, tool] of tools.entries()) {
    if (tool.type !== 'function' || tool.parameters == null) continue;
    const fault = find(tool.parameters, tool.strict === true);
    if (fault !== undefined)
      return {
        message: `Invalid schema for function '${tool.name}': ${fault}`,
        param: `tools[${index}].parameters`,
        code: 'invalid_function_parameters',
      };
  }
  return undefined;
}
