import {
  assistantMessage,
  type CallContent,
  type CallMessage,
  toolMessage,
  userMessage,
} from '../model-call.ts';
import type { ChatMessage, ChatRequest } from './request-schema.ts';

/** What the request says in neutral words. A result that names no call is taken for its tool's name. */
export function toCall(body: ChatRequest): CallContent {
  const messages = body.messages ?? [];
  return {
    dialect: 'ollama',
    model: body.model ?? '',
    system: messages
      .filter(({ role }) => role === 'system')
      .map((message) => message.content ?? '')
      .join('\n'),
    messages: messages.flatMap(toMessage),
    tools: (body.tools ?? []).map(({ function: tool }) => ({
      name: tool?.name ?? '',
      description: tool?.description ?? '',
      schema: tool?.parameters ?? {},
    })),
    delivery: body.stream === false ? 'whole' : 'stream',
  };
}

function toMessage(message: ChatMessage): readonly CallMessage[] {
  const words = message.content ?? '';
  switch (message.role ?? 'user') {
    case 'system':
      return [];
    case 'assistant':
      return [
        assistantMessage(
          words,
          (message.tool_calls ?? []).map((call) => ({
            callId: call.id ?? '',
            name: call.function?.name ?? '',
            input: call.function?.arguments ?? {},
          })),
        ),
      ];
    case 'tool':
      return [toolMessage(message.tool_call_id ?? message.tool_name ?? '', words)];
    default:
      return [userMessage(words)];
  }
}
