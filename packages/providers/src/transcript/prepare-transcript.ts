import {
  type AssistantMessage,
  type AssistantPart,
  callsOf,
  type Message,
  type OpaquePart,
  type Origin,
  type TextPart,
  type ThinkingPart,
  type ToolCallPart,
  type ToolMessage,
  type ToolResultPart,
  type UserPart,
} from '@cuttle/core-types';
import { createWireIds, type IdRule } from './wire-ids.ts';

/** What a service may be sent: every rule that all of them share holds. */
export type Turn =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly parts: readonly UserPart[] }
  | { readonly role: 'assistant'; readonly parts: readonly TurnPart[] }
  /** Exactly one result for each call of the assistant turn before it, in the order of the calls. */
  | { readonly role: 'tool'; readonly results: readonly ToolResultPart[] };
export type TurnPart = TextPart | ThinkingPart | OpaquePart | ToolCallPart;

export interface TranscriptRules {
  /** Thinking, or opaque blocks and call data, of this origin are kept; others are left out. */
  keeps(origin: Origin, kind: 'thinking' | 'opaque'): boolean;
  readonly ids: IdRule;
  /** Where a service takes system text only at the start, later ones are sent along with the first. */
  readonly laterSystem: 'in-place' | 'first';
  /** What may be sent of one answer, judged before answers that are neighbours become one turn. */
  readonly trim?: (parts: readonly TurnPart[]) => readonly TurnPart[];
}

/**
 * A neutral transcript → turns that no service refuses. Pure, and stable: adding messages changes nothing before them.
 * - Foreign thinking and foreign opaque blocks are left out: they are not addressed to anybody, and unverifiable.
 * - Empty text is left out, and so is a message with nothing left. A conversation starts with the user and ends
 *   with the user or a result; neighbours of one role become one turn.
 * - A call without a result gets one that says so. A result stands right behind its call. A result without a call
 *   becomes user text. A second result of one call is left out.
 * - Call ids are made unique and such as the service takes.
 */
export function prepareTranscript(
  messages: readonly Message[],
  rules: TranscriptRules,
): readonly Turn[] {
  const state: Preparation = { turns: [], toWireId: createWireIds(rules.ids), rules };
  for (const [index, message] of messages.entries()) {
    switch (message.role) {
      case 'system':
        addSystem(state, message.parts);
        break;
      case 'user':
        addUser(state, message.parts.filter(isFilled));
        break;
      case 'assistant':
        addAssistant(state, message, resultsAfter(messages, index));
        break;
      case 'tool':
        addUser(state, orphansOf(messages, index, message));
        break;
    }
  }
  return withUserAtBothEnds(state.turns);
}

interface Preparation {
  readonly turns: Turn[];
  readonly toWireId: (callId: string) => string;
  readonly rules: TranscriptRules;
}

function isFilled(part: UserPart | AssistantPart): boolean {
  return part.type !== 'text' || part.text.trim() !== '';
}

function addSystem({ turns, rules }: Preparation, parts: readonly TextPart[]): void {
  const text = parts.map((part) => part.text).join('\n\n');
  if (text.trim() === '') return;
  const first = turns[0];
  const at = rules.laterSystem === 'first' ? 0 : turns.length - 1;
  const before = at === 0 ? first : turns[at];
  if (before?.role === 'system') turns[at] = { role: 'system', text: `${before.text}\n\n${text}` };
  else if (rules.laterSystem === 'first') turns.unshift({ role: 'system', text });
  else turns.push({ role: 'system', text });
}

function addUser({ turns }: Preparation, parts: readonly UserPart[]): void {
  if (parts.length === 0) return;
  const last = turns.at(-1);
  if (last?.role === 'user')
    turns[turns.length - 1] = { ...last, parts: [...last.parts, ...parts] };
  else turns.push({ role: 'user', parts });
}

function addAssistant(
  { turns, toWireId, rules }: Preparation,
  message: AssistantMessage,
  found: readonly ToolResultPart[],
): void {
  const results: ToolResultPart[] = [];
  const waiting = [...found];
  const own = (kind: 'thinking' | 'opaque'): boolean =>
    message.origin !== undefined && rules.keeps(message.origin, kind);
  const kept = message.parts.filter(isFilled).flatMap((part): readonly TurnPart[] => {
    if (part.type === 'text') return [part];
    if (part.type === 'thinking') return own('thinking') ? [part] : [];
    if (part.type === 'opaque') return rules.keeps(part.origin, 'opaque') ? [part] : [];
    const callId = toWireId(part.callId);
    const at = waiting.findIndex((result) => result.callId === part.callId);
    const result = at === -1 ? missingResult(part) : waiting.splice(at, 1)[0];
    if (result) results.push({ ...result, callId });
    const { opaque, ...call } = part;
    return [{ ...call, callId, ...(opaque !== undefined && own('opaque') && { opaque }) }];
  });
  const parts = rules.trim?.(kept) ?? kept;
  // Thinking alone is no answer, and services refuse it.
  if (!parts.some((part) => part.type !== 'thinking')) return;
  const last = turns.at(-1);
  if (last?.role === 'assistant')
    turns[turns.length - 1] = { ...last, parts: [...last.parts, ...parts] };
  else turns.push({ role: 'assistant', parts });
  if (results.length > 0) turns.push({ role: 'tool', results });
}

function missingResult({ callId, name }: ToolCallPart): ToolResultPart {
  const text = 'No result of this call is known: it was cut off.';
  return { type: 'tool-result', callId, name, ok: false, content: [{ type: 'text', text }] };
}

/** The results up to the next answer, of whatever messages stand between. */
function resultsAfter(messages: readonly Message[], index: number): readonly ToolResultPart[] {
  const results: ToolResultPart[] = [];
  for (let at = index + 1; at < messages.length; at += 1) {
    const message = messages[at];
    if (message === undefined || message.role === 'assistant') break;
    if (message.role === 'tool') results.push(...message.parts);
  }
  return results;
}

/** Results whose call stands in no answer right before them. A second result of a call is not one of these. */
function orphansOf(
  messages: readonly Message[],
  index: number,
  message: ToolMessage,
): readonly UserPart[] {
  const calls = callsBefore(messages, index);
  return message.parts
    .filter(({ callId }) => !calls.has(callId))
    .flatMap((part): readonly UserPart[] => [
      { type: 'text', text: `Result of an earlier call of ${part.name}:` },
      ...part.content,
    ])
    .filter(isFilled);
}

function callsBefore(messages: readonly Message[], index: number): ReadonlySet<string> {
  for (let at = index - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message?.role === 'assistant') return new Set(callsOf(message).map(({ callId }) => callId));
  }
  return new Set();
}

const opening: Turn = {
  role: 'user',
  parts: [{ type: 'text', text: '(the conversation goes on)' }],
};
const request: Turn = { role: 'user', parts: [{ type: 'text', text: '(go on)' }] };

function withUserAtBothEnds(turns: readonly Turn[]): readonly Turn[] {
  const start = turns.findIndex(({ role }) => role !== 'system');
  if (start === -1) return [...turns, request];
  const head = turns[start]?.role === 'user' ? turns : turns.toSpliced(start, 0, opening);
  return head.at(-1)?.role === 'assistant' ? [...head, request] : head;
}
