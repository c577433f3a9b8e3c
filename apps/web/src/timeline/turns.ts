import type { RunOutcome } from '@cuttle/core-types';

/** One thing a person sees in a conversation, top to bottom. `key` stays the same from the first sight to the stored entry, so that nothing on the page is replaced under the reader. */
export type Turn = UserTurn | AnswerTurn | NoteTurn;

export interface UserTurn {
  readonly kind: 'user';
  readonly key: string;
  readonly text: string;
  /** What came with the words: `image`, a file's name. */
  readonly attachments: readonly string[];
  /** Where each of them is, once it is stored. */
  readonly media?: readonly (StoredMedia | undefined)[] | undefined;
  readonly at: string | undefined;
  /** `sending`: not known to be accepted. `waiting`: accepted, queued. `taken`: an answer is made or was made. `failed`: it will not be answered. */
  readonly state: 'sending' | 'waiting' | 'taken' | 'failed';
  readonly reason: string | undefined;
  readonly inboundId: string | undefined;
  readonly runId: string | undefined;
  readonly seq: number | undefined;
  /** Of an earlier conversation in the same place. */
  readonly past: boolean;
}

export interface StoredMedia {
  readonly kind: 'image' | 'audio' | 'video' | 'file';
  readonly url: string;
}

export interface AnswerTurn {
  readonly kind: 'answer';
  readonly key: string;
  readonly runId: string;
  readonly parts: readonly Part[];
  readonly at: string | undefined;
  /** `parked`: it waits, for an approval or a provider, and goes on by itself. `summarising`: what was said before is made shorter first. */
  readonly state: 'running' | 'summarising' | 'parked' | 'ended';
  readonly outcome: RunOutcome | undefined;
  readonly model: string | undefined;
  readonly seq: number | undefined;
  /** Of an earlier conversation in the same place. */
  readonly past: boolean;
}

/** What the gateway itself said here, on this page: the reply of a command. */
export interface NoteTurn {
  readonly kind: 'note';
  readonly key: string;
  readonly command: string;
  readonly text: string;
}

export type Part = WordsPart | CallPart;

export interface WordsPart {
  readonly kind: 'text' | 'thinking';
  readonly key: string;
  readonly step: number;
  readonly text: string;
}

export interface CallPart {
  readonly kind: 'call';
  readonly key: string;
  readonly step: number;
  readonly index: number;
  readonly callId: string;
  readonly name: string;
  readonly input: unknown;
  /** `planned`: the model asked for it, it has not begun. `asking`: it waits for the approval `approvalId`. */
  readonly state: 'planned' | 'asking' | 'running' | 'done' | 'failed' | 'unknown' | 'cancelled';
  readonly output: string | undefined;
  readonly progress: string | undefined;
  readonly approvalId: string | undefined;
}

/** The words of an answer as one text, for the clipboard and for screen readers. */
export function wordsOf(turn: AnswerTurn): string {
  return turn.parts
    .flatMap((part) => (part.kind === 'text' && part.text.trim() !== '' ? [part.text] : []))
    .join('\n\n');
}
