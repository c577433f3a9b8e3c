import {
  type AssistantMessage,
  callsOf,
  type Json,
  type Message,
  textOf,
  type ToolResultPart,
} from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { type Intent, intents } from './intents.ts';
import { toSentence } from './replies.ts';
import { helpText, notOfferedText, remindText, smallTalk, unknownText } from './texts.ts';

/** What the offline provider does next: it says something, or calls a tool. */
export type OfflineAnswer =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly input: Readonly<Record<string, Json>>;
    };

/** A reminder that has come due enters the conversation as a message that begins so. */
const reminderMark = /^\[reminder\]\s*/i;

/** Longer text is no request that a pattern could read. */
const maxLength = 4000;

/** Pure: the same conversation and tools give the same answer. */
export function answerOffline(request: ModelRequest): OfflineAnswer {
  const { calls, results, asked } = readConversation(request.messages);
  const sentences = calls.flatMap((call) => {
    const result = results.find(({ callId }) => callId === call.callId);
    return result ? [toSentence(call, result)] : [];
  });
  if (sentences.length > 0) return { kind: 'text', text: sentences.join('\n') };
  if (reminderMark.test(asked))
    return { kind: 'text', text: `Reminder: ${asked.replace(reminderMark, '')}` };
  return answerText(tidy(asked), offeredBy(request));
}

function answerText(text: string, offered: ReadonlySet<string>): OfflineAnswer {
  const usable = intents.filter(({ tool }) => offered.has(tool));
  const said = smallTalk.find(([shape]) => shape.test(text));
  if (said) return { kind: 'text', text: said[1] };
  if (/^(?:\/?help|what can you do|commands|how does this work)$/i.test(text))
    return { kind: 'text', text: helpText(usable) };
  for (const intent of text.length > maxLength ? [] : intents) {
    const input = intent.read(text);
    if (input === undefined) continue;
    return toCall(intent, input, offered);
  }
  if (/^(?:please )?remind me\b/i.test(text)) return { kind: 'text', text: remindText };
  return { kind: 'text', text: unknownText(usable) };
}

function toCall(
  intent: Intent,
  input: Readonly<Record<string, Json>>,
  offered: ReadonlySet<string>,
): OfflineAnswer {
  if (offered.has(intent.tool)) return { kind: 'call', name: intent.tool, input };
  return { kind: 'text', text: notOfferedText(intent) };
}

function offeredBy({ tools, parameters }: ModelRequest): ReadonlySet<string> {
  return new Set(parameters?.toolChoice === 'none' ? [] : tools.map(({ name }) => name));
}

/** Without the punctuation that a question ends with. */
function tidy(text: string): string {
  return text
    .trim()
    .replaceAll('’', "'")
    .replace(/[\s?!.]+$/, '');
}

/** The last thing a user said, and what was done about it since. */
function readConversation(messages: readonly Message[]): {
  readonly asked: string;
  readonly calls: ReturnType<typeof callsOf>;
  readonly results: readonly ToolResultPart[];
} {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const user = messages[at];
  const later = messages.slice(at + 1);
  const last = later.findLast(
    (message): message is AssistantMessage => message.role === 'assistant',
  );
  return {
    asked: user ? textOf(user) : '',
    calls: last ? callsOf(last) : [],
    results: later.flatMap((message) => (message.role === 'tool' ? message.parts : [])),
  };
}
