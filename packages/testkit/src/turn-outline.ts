import { countTokens } from './token-count.ts';
import type { Finish, ScriptedCall, TurnPart } from './scripted-turns.ts';
import type { FinishReason } from '@cuttle/core-types/ports';

export interface TurnUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
}

/** A turn read as a whole: what every wire needs to know beside the order of its parts. */
export interface TurnOutline {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ScriptedCall[];
  readonly reason: FinishReason;
  readonly rawReason: string | undefined;
  readonly usage: TurnUsage;
  /** Of the header that a `wrongContentType` fault asks for. */
  readonly contentType: string | undefined;
  /** The sum of all waits, which is when an answer that is not streamed comes. */
  readonly delayMs: number;
}

export function outlineTurn(parts: readonly TurnPart[], promptTokens: number): TurnOutline {
  let text = '';
  let thinking = '';
  let delayMs = 0;
  const calls: ScriptedCall[] = [];
  let finish: Finish = { type: 'finish', usage: {} };
  let contentType: string | undefined;
  for (const part of parts) {
    if (part.type === 'text') text += part.text;
    if (part.type === 'thinking') thinking += part.text;
    if (part.type === 'tool-call') calls.push(part);
    if (part.type === 'finish') finish = part;
    if (part.type === 'content-type') ({ contentType } = part);
    if ('delayMs' in part) delayMs += part.delayMs;
  }
  const usage = usageOf(finish, { text, thinking, calls, promptTokens });
  const { reason = calls.length > 0 ? 'tool-calls' : 'stop', rawReason } = finish;
  return { text, thinking, calls, reason, rawReason, usage, contentType, delayMs };
}

interface Counted {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ScriptedCall[];
  readonly promptTokens: number;
}

function usageOf({ usage }: Finish, counted: Counted): TurnUsage {
  const reasoningTokens = usage.reasoningTokens ?? countTokens(counted.thinking);
  const called = counted.calls.reduce(
    (sum, { name, inputText }) => sum + countTokens(name + inputText),
    0,
  );
  return {
    inputTokens: usage.inputTokens ?? counted.promptTokens,
    outputTokens:
      usage.outputTokens ?? Math.max(1, countTokens(counted.text) + called + reasoningTokens),
    cacheReadTokens: usage.cacheReadTokens ?? 0,
    cacheWriteTokens: usage.cacheWriteTokens ?? 0,
    reasoningTokens,
  };
}

/** The argument text in the pieces in which models stream it: at most eight. */
export function sliceInput(inputText: string): readonly string[] {
  const size = Math.max(6, Math.ceil(inputText.length / 8));
  const slices: string[] = [];
  for (let start = 0; start < inputText.length; start += size) {
    slices.push(inputText.slice(start, start + size));
  }
  return slices;
}
