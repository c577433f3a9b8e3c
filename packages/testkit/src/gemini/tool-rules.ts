import { findSchemaFault } from '../json-schema-fault.ts';
import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { invalid } from './content-rules.ts';
import type { Refusal } from './refusal.ts';
import type { FunctionDeclaration } from './request-schema.ts';

const declarationDocs = 'https://ai.google.dev/api/caching#FunctionDeclaration';

/** The rules on tools. Each refusal is the service's own sentence, but where a source says otherwise. */
export const toolRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'a name begins with a letter or an underscore and has at most 64 characters',
    source: 'https://github.com/AstrBotDevs/AstrBot/issues/5416',
    check: ({ body }) =>
      firstOfTools(body, ({ name = '' }, field) =>
        /^[A-Za-z_][\w.:-]{0,63}$/.test(name) ? undefined : invalid(`${field}.name`, badName),
      ),
  },
  {
    name: 'a name is declared once',
    source: 'https://github.com/google-gemini/gemini-cli/issues/2966',
    check: ({ body }) => {
      const names = declarationsOf(body).map(([{ name }]) => name);
      const twice = names.find((name, at) => names.indexOf(name) !== at);
      return twice === undefined
        ? undefined
        : { message: `Duplicate function declaration found: ${twice}` };
    },
  },
  {
    name: 'parameters are said in one way',
    source: `${declarationDocs}, which does not say in which words`,
    check: ({ body }) =>
      firstOfTools(body, ({ parameters, parametersJsonSchema }, field) =>
        parameters === undefined || parametersJsonSchema === undefined
          ? undefined
          : invalid(field, 'parameters and parameters_json_schema are mutually exclusive.'),
      ),
  },
  {
    name: 'an object in the OpenAPI form has properties',
    source: 'https://github.com/google-gemini/generative-ai-python/issues/423',
    check: ({ body }) =>
      firstOfTools(body, ({ parameters }, field) =>
        parameters?.type.toUpperCase() === 'OBJECT' &&
        Object.keys(parameters.properties ?? {}).length === 0
          ? invalid(`${field}.parameters.properties`, 'should be non-empty for OBJECT type')
          : undefined,
      ),
  },
  {
    name: 'a JSON schema is one',
    source: `${declarationDocs}, which does not say in which words`,
    check: ({ body }) =>
      firstOfTools(body, ({ parametersJsonSchema }, field) => {
        if (parametersJsonSchema === undefined) return undefined;
        const fault = findSchemaFault(parametersJsonSchema);
        const at = `${field}.parameters_json_schema`;
        return fault && invalid([at, ...fault.path].join('.'), fault.problem);
      }),
  },
  {
    name: 'a choice of functions needs functions',
    source: 'https://github.com/google-gemini/deprecated-generative-ai-python/issues/600',
    check: ({ body }) => {
      const mode = body.toolConfig?.functionCallingConfig?.mode;
      return (mode === 'ANY' || mode === 'VALIDATED') && declarationsOf(body).length === 0
        ? { message: 'Function calling config is set without function_declarations.' }
        : undefined;
    },
  },
  {
    name: 'only some modes take names, and only of functions that are declared',
    source:
      'https://ai.google.dev/api/caching#FunctionCallingConfig, which does not say in which words',
    check: ({ body }) => refuseAllowed(body),
  },
];

const badName =
  'Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.';

function declarationsOf({
  tools = [],
}: CheckedRequest['body']): readonly (readonly [FunctionDeclaration, string])[] {
  return tools.flatMap(({ functionDeclarations = [] }, tool) =>
    functionDeclarations.map(
      (declaration, at) => [declaration, `tools[${tool}].function_declarations[${at}]`] as const,
    ),
  );
}

function firstOfTools(
  body: CheckedRequest['body'],
  refuse: (declaration: FunctionDeclaration, field: string) => Refusal | undefined,
): Refusal | undefined {
  for (const [declaration, field] of declarationsOf(body)) {
    const refusal = refuse(declaration, field);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refuseAllowed(body: CheckedRequest['body']): Refusal | undefined {
  const { mode, allowedFunctionNames = [] } = body.toolConfig?.functionCallingConfig ?? {};
  if (allowedFunctionNames.length === 0) return undefined;
  const field = 'tool_config.function_calling_config.allowed_function_names';
  if (mode !== 'ANY' && mode !== 'VALIDATED')
    return invalid(
      field,
      'allowed_function_names can only be set when the mode is ANY or VALIDATED.',
    );
  const names = new Set(declarationsOf(body).map(([{ name }]) => name));
  const stranger = allowedFunctionNames.find((name) => !names.has(name));
  return stranger === undefined
    ? undefined
    : invalid(field, `function ${stranger} is not in function_declarations.`);
}
