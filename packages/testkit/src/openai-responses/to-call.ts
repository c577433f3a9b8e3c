import {
  assistantMessage,
  type CalledTool,
  type CallContent,
  type CallMessage,
  type OfferedTool,
  toolMessage,
  userMessage,
} from '../model-call.ts';
import { itemsOf, textOf } from './items-of.ts';
import type { InputItem, ResponsesRequest, ResponsesTool } from './request-schema.ts';

/** What the request says in neutral words. What the model said in a row is one message. */
export function toCall(body: ResponsesRequest): CallContent {
  const items = itemsOf(body);
  const instructions = items.flatMap((item) =>
    item.type === 'message' && isInstruction(item.role) ? [textOf(item)] : [],
  );
  return {
    dialect: 'openai-responses',
    model: body.model,
    system: [body.instructions ?? '', ...instructions].filter((words) => words !== '').join('\n'),
    messages: toMessages(items),
    tools: (body.tools ?? []).flatMap(toOfferedTool),
    delivery: body.stream === true ? 'stream' : 'whole',
  };
}

function isInstruction(role: string): boolean {
  return role === 'system' || role === 'developer';
}

function toMessages(items: readonly InputItem[]): readonly CallMessage[] {
  const messages: CallMessage[] = [];
  for (const item of items) {
    const message = toMessage(item);
    if (message === undefined) continue;
    const last = messages.at(-1);
    if (message.role === 'assistant' && last?.role === 'assistant') {
      const words = [last.text, message.text].filter((said) => said !== '').join('\n');
      messages[messages.length - 1] = assistantMessage(words, [...last.calls, ...message.calls]);
    } else {
      messages.push(message);
    }
  }
  return messages;
}

/** Of what the service's own tools said there are no neutral words. */
function toMessage(item: InputItem): CallMessage | undefined {
  if (item.type === 'message') {
    if (item.role === 'assistant') return assistantMessage(textOf(item), []);
    return item.role === 'user' ? userMessage(textOf(item)) : undefined;
  }
  if (item.type === 'function_call' || item.type === 'custom_tool_call') {
    const input = item.type === 'function_call' ? parseArguments(item.arguments) : item.input;
    return assistantMessage('', [{ callId: item.call_id, name: item.name, input }]);
  }
  if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output')
    return toolMessage(item.call_id, outputTextOf(item.output));
  return undefined;
}

type Output = Extract<InputItem, { type: 'function_call_output' }>['output'];

function outputTextOf(output: Output): string {
  if (typeof output === 'string') return output;
  return output.flatMap((part) => (part.type === 'input_text' ? [part.text] : [])).join('\n');
}

/** The service takes any text as arguments; what is no JSON stays text. */
function parseArguments(words: string): CalledTool['input'] {
  try {
    return JSON.parse(words);
  } catch (error) {
    if (error instanceof SyntaxError) return words;
    throw error;
  }
}

function toOfferedTool(tool: ResponsesTool): readonly OfferedTool[] {
  if (tool.type !== 'function' && tool.type !== 'custom') return [];
  const schema = tool.type === 'function' ? (tool.parameters ?? {}) : {};
  return [{ name: tool.name, description: tool.description ?? '', schema }];
}
