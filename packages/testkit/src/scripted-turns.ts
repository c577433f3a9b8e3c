import type { FinishReason } from '@cuttle/core-types/ports';
import type { ErrorTurn, Fault } from './http-fault.ts';
import type { ModelCall } from './model-call.ts';

/**
 * What a scripted model service says, in words that are the same on every wire: a turn is a list of
 * parts in the order in which they are streamed, or an error. Each part of text is one delta.
 */
export type Turn = readonly TurnPart[] | ErrorTurn;

export type TurnPart = TextChunk | ThinkingChunk | ScriptedCall | Finish | Fault;

/** One delta of the answer. Neighbours belong to the same block. */
export interface TextChunk {
  readonly type: 'text';
  readonly text: string;
  /** Real time to wait before this delta is sent. */
  readonly delayMs: number;
}

/** One delta of the model's reasoning. Neighbours belong to the same block. */
export interface ThinkingChunk {
  readonly type: 'thinking';
  readonly text: string;
  readonly delayMs: number;
  /** Anthropic's proof of the block; by default one that the server recognises when it comes back. */
  readonly signature?: string;
}

export interface ScriptedCall {
  readonly type: 'tool-call';
  readonly name: string;
  /** The argument object as JSON text. Ollama sends objects, so broken text cannot go over its wire. */
  readonly inputText: string;
  /** By default the server makes one in its service's own form. */
  readonly callId?: string;
  readonly delayMs: number;
}

export interface Finish {
  readonly type: 'finish';
  readonly reason?: FinishReason;
  /** The service's own word, where it has more than the neutral ones, such as `pause_turn`. */
  readonly rawReason?: string;
  readonly usage: ScriptedUsage;
}

/** What is not given is estimated from the texts. `inputTokens` includes what came from or went to a cache. */
export interface ScriptedUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  /** Part of `outputTokens`. */
  readonly reasoningTokens?: number;
}

/** Turns in order, or a function from the call to its turn; `undefined` means that nothing is scripted for it. */
export type Script =
  | readonly Turn[]
  | ((call: ModelCall) => Turn | undefined | Promise<Turn | undefined>);

export function text(words: string, options: { readonly delayMs?: number } = {}): TextChunk {
  return { type: 'text', text: words, delayMs: options.delayMs ?? 0 };
}

export function thinking(
  words: string,
  options: { readonly delayMs?: number; readonly signature?: string } = {},
): ThinkingChunk {
  return { type: 'thinking', text: words, delayMs: 0, ...options };
}

/** `inputText` replaces the JSON of `input`, to send arguments as broken as models really send them. */
export function toolCall(
  name: string,
  input: unknown = {},
  options: {
    readonly callId?: string;
    readonly inputText?: string;
    readonly delayMs?: number;
  } = {},
): ScriptedCall {
  return { type: 'tool-call', name, inputText: JSON.stringify(input), delayMs: 0, ...options };
}

/** Ends the turn. Without it a turn ends by `tool-calls` if it called a tool, else by `stop`. */
export function finish(
  reason?: FinishReason,
  options: { readonly usage?: ScriptedUsage; readonly rawReason?: string } = {},
): Finish {
  return {
    type: 'finish',
    usage: options.usage ?? {},
    ...(reason === undefined ? {} : { reason }),
    ...(options.rawReason === undefined ? {} : { rawReason: options.rawReason }),
  };
}

export function isErrorTurn(turn: Turn): turn is ErrorTurn {
  return 'type' in turn;
}

/** Hands out a script's turns one call at a time and keeps account of what it had no answer for. */
export interface TurnSource {
  next(call: ModelCall): Promise<Turn | undefined>;
  /** Turns that nobody asked for; always 0 when the script is a function. */
  readonly left: number;
}

export function createTurnSource(script: Script): TurnSource {
  if (typeof script === 'function') {
    return { next: async (call) => script(call), left: 0 };
  }
  const turns = [...script];
  return {
    next: async () => turns.shift(),
    get left() {
      return turns.length;
    },
  };
}
