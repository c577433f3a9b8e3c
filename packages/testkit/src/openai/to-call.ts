import {
  assistantMessage,
  type CalledTool,
  type CallContent,
  type CallMessage,
  type OfferedTool,
  toolMessage,
  userMessage,
} from '../model-call.ts';
import { partsOf } from './message-rules.ts';
import type { ChatMessage, ChatRequest, ChatTool, ToolCall } from './request-schema.ts';

/** What the request says in neutral words. */
export function toCall(body: ChatRequest): CallContent {
  return {
    dialect: 'openai',
    model: body.model,
    system: body.messages.filter(isInstruction).map(textOf).join('\n'),
    messages: body.messages.flatMap(toMessage),
    tools: (body.tools ?? []).map(toOfferedTool),
    delivery: body.stream === true ? 'stream' : 'whole',
  };
}

function isInstruction({ role }: ChatMessage): boolean {
  return role === 'system' || role === 'developer';
}

function toMessage(message: ChatMessage): readonly CallMessage[] {
  switch (message.role) {
    case 'system':
    case 'developer':
      return [];
    case 'user':
      return [userMessage(textOf(message))];
    case 'assistant':
      return [assistantMessage(textOf(message), (message.tool_calls ?? []).map(toCalledTool))];
    case 'tool':
      return [toolMessage(message.tool_call_id ?? '', textOf(message))];
    case 'function':
      return [toolMessage(message.name, textOf(message))];
  }
}

function toCalledTool(call: ToolCall): CalledTool {
  return call.type === 'custom'
    ? { callId: call.id, name: call.custom.name, input: call.custom.input }
    : { callId: call.id, name: call.function.name, input: parseArguments(call.function.arguments) };
}

/** The service takes any text as arguments; what is no JSON stays text. */
function parseArguments(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch (error) {
    if (error instanceof SyntaxError) return words;
    throw error;
  }
}

function toOfferedTool(tool: ChatTool): OfferedTool {
  return tool.type === 'custom'
    ? { name: tool.custom.name, description: tool.custom.description ?? '', schema: {} }
    : {
        name: tool.function.name,
        description: tool.function.description ?? '',
        schema: tool.function.parameters ?? {},
      };
}

function textOf(message: ChatMessage): string {
  return partsOf(message)
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n');
}
