import type { Message, ToolMessage, ToolResultPart } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';
import { truncateOutput } from '../truncate-output.ts';
import type { ContextRules } from './context-rules.ts';
import type { TokenMeter } from './token-meter.ts';

/** What is left of a large old result: three quarters of it from its beginning. */
const trimmedChars = 2_000;
/** Characters of one result for each token of the room, of those that are not touched otherwise: about a sixth of it. */
const newestShare = 0.6;
/** What is left at least of a result that is too large for the window. */
const leastChars = 400;

/**
 * Makes results of tools smaller, oldest first, until a transcript fits; everything else stays. The same messages give the same view, and a
 * longer transcript changes its beginning only in steps of `keepLastAssistants` answers, so that prompt caches hit.
 */
export function pruneTranscript(
  messages: readonly Message[],
  room: number,
  { rules, meter }: { readonly rules: ContextRules; readonly meter: TokenMeter },
): readonly Message[] {
  if (meter.ofMessages(messages) <= room * rules.softTrimRatio) return messages;
  const end = protectedFrom(messages, rules.keepLastAssistants);
  const isPrunable = prunableBy(rules.pruneTools);
  const trimmed = shrinkBefore(messages, end, (part) =>
    isPrunable(part) ? trimResult(part, trimmedChars) : part,
  );
  const capped = cutResults(trimmed, Math.max(leastChars, Math.floor(room * newestShare)));
  if (meter.ofMessages(capped) <= room * rules.hardClearRatio) return capped;
  return shrinkBefore(capped, end, (part) => (isPrunable(part) ? clearResult(part) : part));
}

/** Where the answers begin that are not touched. In steps, so that it stays while a few are added. */
function protectedFrom(messages: readonly Message[], keep: number): number {
  const answers = messages.flatMap(({ role }, at) => (role === 'assistant' ? [at] : []));
  const step = Math.max(1, keep);
  const touched = Math.floor((answers.length - keep) / step) * step;
  return touched <= 0 ? 0 : (answers[touched] ?? 0);
}

function prunableBy(names: readonly string[]): (part: ToolResultPart) => boolean {
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const beginnings = names.flatMap((name) => (name.endsWith('*') ? [name.slice(0, -1)] : []));
  return ({ name }) =>
    exact.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}

function shrinkBefore(
  messages: readonly Message[],
  end: number,
  shrink: (part: ToolResultPart) => ToolResultPart,
): readonly Message[] {
  return messages.map((message, at) =>
    at < end && message.role === 'tool' ? shrinkMessage(message, shrink) : message,
  );
}

function shrinkMessage(
  message: ToolMessage,
  shrink: (part: ToolResultPart) => ToolResultPart,
): ToolMessage {
  const parts = message.parts.map(shrink);
  return parts.every((part, at) => part === message.parts[at]) ? message : { ...message, parts };
}

/** Beginning and end of what a tool said; a picture stays one. */
function trimResult(part: ToolResultPart, chars: number): ToolResultPart {
  if (part.content.every((piece) => piece.type !== 'text' || piece.text.length <= chars))
    return part;
  const content = part.content.map((piece) =>
    piece.type === 'text' ? { ...piece, text: truncateOutput(piece.text, chars) } : piece,
  );
  return { ...part, content };
}

function clearResult(part: ToolResultPart): ToolResultPart {
  const text = part.content.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
  const mark = textFor('context.cleared', { total: text.length });
  // A short word costs no more than the mark, and a failure says what not to try again.
  if (part.content.every(({ type }) => type === 'text') && text.length <= mark.length * 2)
    return part;
  const rest = part.ok ? '' : `${truncateOutput(text, leastChars)}\n`;
  return { ...part, content: [{ type: 'text', text: rest + mark }] };
}

/** What is left when nothing else can go: all results are cut to the same length, as long as it can be. */
export function cutOversized(
  messages: readonly Message[],
  room: number,
  meter: TokenMeter,
): readonly Message[] {
  let cut = messages;
  for (let chars = room; meter.ofMessages(cut) > room && chars >= leastChars; chars /= 2)
    cut = cutResults(messages, Math.floor(chars));
  return cut;
}

function cutResults(messages: readonly Message[], chars: number): readonly Message[] {
  return shrinkBefore(messages, messages.length, (part) => trimResult(part, chars));
}
