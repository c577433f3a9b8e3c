import type { AssistantMessage, Message, ToolMessage } from '../message.ts';
import type { TaintSource } from '../principal.ts';
import type { Committed, LastWords, SessionRow, Settled } from './journal-rows.ts';

/** What is done to whole sessions. Part of `Journal`, whose contract holds for each method. */
export interface SessionJournal {
  /** A place before anything is said in it. `created` is false where it was there already: then nothing changed. */
  createSession(input: {
    sessionKey: string;
    agentId: string;
    title?: string | undefined;
    model?: string | undefined;
  }): Promise<{ created: boolean; session: SessionRow }>;

  /**
   * A new session whose transcript begins with that of another up to `atEntry` (absent: all of it), by reference: no entry is copied, no tool
   * runs. The cut is moved so that no call is parted from its results: onto the results, or before the answer where there are none yet.
   * Throws `session.not-found`, `session.exists`, or `session.no-entry` where the source has no such entry.
   */
  forkSession(input: {
    sourceKey: string;
    sessionKey: string;
    agentId: string;
    atEntry?: number | undefined;
    title?: string | undefined;
  }): Promise<{ session: SessionRow; atEntry: number }>;

  /**
   * Goes back to just behind `toEntry` (0: the beginning), cut as `forkSession` cuts: ends the active run as `abortRun` does, raises the generation,
   * and leaves out what came later; its rows stay. What is queued runs next. With nothing behind `toEntry` nothing happens.
   * Throws `session.not-found`, or `session.no-entry` where the present conversation has no such entry.
   */
  rewindSession(
    input: { sessionKey: string; toEntry: number } & LastWords,
  ): Promise<{ session: SessionRow; toEntry: number; aborted: string | undefined } & Settled>;

  /**
   * Takes a session and everything in it away; written to the audit. Gone from every list at once; its rows go with `sweep`, in slices. Its key may be used anew.
   * Throws `session.not-found`, `session.archived`, `session.busy` where something runs, waits or is being delivered, `session.forked` where another one begins with it.
   */
  removeSession(input: { sessionKey: string; by: string }): Promise<{ sessionId: string }>;

  /**
   * A slice of an imported transcript, whose entries follow those of the slice before. `from` is how many were given before: a slice that is
   * given again changes nothing. With `end` the session appears under its key, with its taint. One never ended is swept.
   * Throws `session.exists`; `request.invalid` for a slice out of order.
   */
  importSession(input: {
    importId: string;
    agentId: string;
    accountId: string;
    from: number;
    entries: readonly ImportedEntry[];
    end?: ImportEnd | undefined;
  }): Promise<{ session: SessionRow | undefined } & Committed>;
}

/** `results` follow the answer whose calls they are of, one for each, in order. `at`: Unix ms. */
export type ImportedEntry =
  | { readonly kind: 'input'; readonly at: number; readonly messages: readonly Message[] }
  | { readonly kind: 'answer'; readonly at: number; readonly message: AssistantMessage }
  | { readonly kind: 'results'; readonly at: number; readonly message: ToolMessage };

export interface ImportEnd {
  readonly sessionKey: string;
  readonly title: string | undefined;
  readonly model: string | undefined;
  readonly createdAt: number;
  readonly taint: readonly TaintSource[];
  readonly by: string;
}
