import type { z } from 'zod';

/**
 * Says what zod found in the words of Go's JSON decoder, for example
 * `json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string`.
 */
export function toDecodeMessage(error: z.ZodError, body: unknown): string {
  const [issue] = error.issues;
  if (issue === undefined) throw new TypeError('A ZodError without issues');
  const value = issue.path.reduce(childOf, body);
  const path = issue.path.filter((key) => typeof key !== 'number').map(String);
  const field = ['ChatRequest', ...path].join('.');
  const type = goTypes[path.join('.')] ?? goTypeOf(issue);
  return `json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field ${field} of type ${type}`;
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** The fields whose type has a name of its own. */
const goTypes: Readonly<Record<string, string>> = {
  messages: '[]api.Message',
  tools: 'api.Tools',
  options: 'map[string]interface {}',
  'messages.tool_calls': '[]api.ToolCall',
  'messages.tool_calls.function': 'api.ToolCallFunction',
  'messages.tool_calls.function.arguments': 'api.ToolCallFunctionArguments',
};

function goTypeOf(issue: z.core.$ZodIssue): string {
  const expected = issue.code === 'invalid_type' ? issue.expected : issue.code;
  const names: Readonly<Record<string, string>> = {
    boolean: 'bool',
    number: 'float64',
    array: '[]string',
    record: 'map[string]interface {}',
    object: 'map[string]interface {}',
  };
  return names[expected] ?? expected;
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
