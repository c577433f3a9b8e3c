import {
  assistantMessage,
  type CallContent,
  type CallMessage,
  toolMessage,
  userMessage,
} from '../model-call.ts';
import { callsIn, contentsOf, partsOf, resultsIn } from './content-rules.ts';
import type { Content, GenerateRequest } from './request-schema.ts';

/** What the request says in neutral words. A result without an id is taken for its function's name. */
export function toCall(
  model: string,
  body: GenerateRequest,
  delivery: CallContent['delivery'],
): CallContent {
  const { systemInstruction, tools = [] } = body;
  return {
    dialect: 'gemini',
    model,
    system: systemInstruction === undefined ? '' : textOf(systemInstruction),
    messages: contentsOf(body).flatMap(toMessages),
    tools: tools.flatMap(({ functionDeclarations = [] }) =>
      functionDeclarations.map(({ name = '', description = '', ...rest }) => ({
        name,
        description,
        schema: rest.parametersJsonSchema ?? rest.parameters ?? {},
      })),
    ),
    delivery,
  };
}

function toMessages(content: Content): readonly CallMessage[] {
  if (content.role === 'model') {
    const calls = callsIn(content).map(({ id = '', name = '', args = {} }) => ({
      callId: id,
      name,
      input: args,
    }));
    return [assistantMessage(textOf(content), calls)];
  }
  const results = resultsIn(content).map(({ id, name = '', response = {} }) =>
    toolMessage(id ?? name, textOfResponse(response)),
  );
  const words = textOf(content);
  return words === '' && results.length > 0 ? results : [...results, userMessage(words)];
}

function textOf(content: Content): string {
  return partsOf(content)
    .flatMap(({ text, thought }) => (text === undefined || thought === true ? [] : [text]))
    .join('\n');
}

/** `output` and `error` are the keys that the service reads; whatever else is there is shown as it is. */
function textOfResponse(response: Readonly<Record<string, unknown>>): string {
  const said = response['output'] ?? response['error'];
  return typeof said === 'string' ? said : JSON.stringify(response);
}
