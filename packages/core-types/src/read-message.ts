import type { AssistantMessage, Message, ToolCallPart, UserMessage } from './message.ts';

export function userText(text: string): UserMessage {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

/** The words a person reads in a message: its text parts, joined. */
export function textOf(message: Message): string {
  return message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
}

export function callsOf(message: AssistantMessage): readonly ToolCallPart[] {
  return message.parts.filter((part) => part.type === 'tool-call');
}
