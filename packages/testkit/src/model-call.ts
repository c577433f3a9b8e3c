import type { RecordedRequest } from './recorded-request.ts';
import { countTokens } from './token-count.ts';

export type DialectId =
  | 'anthropic'
  | 'bedrock'
  | 'openai'
  | 'openai-responses'
  | 'gemini'
  | 'ollama';

/** A tool call as the client sent it back. */
export interface CalledTool {
  readonly callId: string;
  readonly name: string;
  /** Whatever stands where the arguments do; `null` if nothing does. */
  readonly input: unknown;
}

/** One message of the prompt. Anthropic's tool results, blocks of a user message there, are messages here. */
export interface CallMessage {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** An assistant's calls; empty otherwise. */
  readonly calls: readonly CalledTool[];
  /** The call that a tool message answers; empty otherwise. */
  readonly callId: string;
}

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly schema: unknown;
}

/** What a model call says, whatever the wire it came over: scripts that are functions decide from it. */
export interface CallContent {
  readonly dialect: DialectId;
  readonly model: string;
  readonly system: string;
  readonly messages: readonly CallMessage[];
  readonly tools: readonly OfferedTool[];
  readonly delivery: 'stream' | 'whole';
}

/** A model call that kept every rule of its service. `order` counts them from 1. */
export interface ModelCall extends CallContent {
  readonly order: number;
  readonly request: RecordedRequest;
}

export function userMessage(words: string): CallMessage {
  return { role: 'user', text: words, calls: [], callId: '' };
}

export function assistantMessage(words: string, calls: readonly CalledTool[]): CallMessage {
  return { role: 'assistant', text: words, calls, callId: '' };
}

export function toolMessage(callId: string, words: string): CallMessage {
  return { role: 'tool', text: words, calls: [], callId };
}

/** The prompt's size as this server counts it, which is what the context window is held against. */
export function countPromptTokens(call: CallContent): number {
  let tokens = countTokens(call.system);
  for (const message of call.messages) {
    tokens += countTokens(message.text) + 3;
    for (const { name, input } of message.calls) {
      tokens += countTokens(name) + countTokens(JSON.stringify(input));
    }
  }
  if (call.tools.length > 0) tokens += countTokens(JSON.stringify(call.tools));
  return Math.max(1, tokens);
}
