import {
  assistantMessage,
  type CalledTool,
  type CallContent,
  type CallMessage,
  toolMessage,
  userMessage,
} from '../model-call.ts';
import { blocksOf } from './message-rules.ts';
import type { ContentBlock, InputMessage, MessagesRequest } from './request-schema.ts';

/** What the request says in neutral words. The results of tools become messages of their own, before the user's words. */
export function toCall(body: MessagesRequest): CallContent {
  return {
    dialect: 'anthropic',
    model: body.model,
    system: systemOf(body),
    messages: body.messages.flatMap(toMessages),
    tools: (body.tools ?? []).map((tool) => ({
      name: tool.name ?? String(tool.type),
      description: typeof tool['description'] === 'string' ? tool['description'] : '',
      schema: 'input_schema' in tool ? tool.input_schema : {},
    })),
    delivery: body.stream === true ? 'stream' : 'whole',
  };
}

function systemOf({ system = '', messages }: MessagesRequest): string {
  const head = typeof system === 'string' ? [system] : system.map(({ text }) => text);
  const later = messages.filter(({ role }) => role === 'system').map(textOf);
  return [...head, ...later].filter((words) => words !== '').join('\n');
}

function toMessages(message: InputMessage): readonly CallMessage[] {
  if (message.role === 'system') return [];
  if (message.role === 'assistant') {
    return [assistantMessage(textOf(message), blocksOf(message).flatMap(toCalledTool))];
  }
  const results = blocksOf(message).flatMap((block) =>
    block.type === 'tool_result' ? [toolMessage(block.tool_use_id, resultText(block))] : [],
  );
  const words = textOf(message);
  return words === '' && results.length > 0 ? results : [...results, userMessage(words)];
}

function toCalledTool(block: ContentBlock): readonly CalledTool[] {
  return block.type === 'tool_use'
    ? [{ callId: block.id, name: block.name, input: block.input }]
    : [];
}

function textOf(message: InputMessage): string {
  return blocksOf(message)
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n');
}

function resultText({ content = '' }: Extract<ContentBlock, { type: 'tool_result' }>): string {
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
