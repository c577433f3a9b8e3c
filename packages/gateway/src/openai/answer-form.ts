import type { InboundFate, RunUpdate } from '@cuttle/runtime';
import type { CompletionRequest } from './wire.ts';

/** What an answer says of itself, whole or streamed. */
export interface AnswerHead {
  readonly inboundId: string;
  readonly createdSeconds: number;
}

/**
 * Turns a run's events into the server-sent events of one of OpenAI's APIs.
 * The text that went out always is the beginning of the stored answer, or the stream says that it starts over.
 */
export interface AnswerEvents {
  start(): string;
  onUpdate(update: RunUpdate): string;
  /** The rest of the answer, the client's calls, how it ended and usage. */
  end(fate: InboundFate): string;
  fail(error: unknown): string;
}

/** A request that was read, and how it wants its answer. */
export interface Asked {
  /** What is asked, whichever API it came by. */
  readonly request: CompletionRequest;
  /** Throws what went wrong, for a message that was not answered. */
  toWhole(fate: InboundFate, head: AnswerHead): Readonly<Record<string, unknown>>;
  createEvents(head: AnswerHead): AnswerEvents;
}

/** One of OpenAI's APIs: reads the JSON of a body. Throws `request.invalid` or `request.unsupported`. */
export type AnswerForm = (raw: unknown) => Asked;
