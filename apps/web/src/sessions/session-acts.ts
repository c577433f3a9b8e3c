import type { Client } from '@cuttle/client';
import type { SessionSummary } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Question } from '../app/confirm-dialog.tsx';
import { toTitle } from './session-title.ts';

/** A session as far as something is done with it. */
export type SessionName = Pick<SessionSummary, 'sessionKey' | 'title'>;

/** A place in a session: just behind one of its entries. */
export interface EntryPlace {
  readonly sessionKey: string;
  /** The last entry that stays; 0 for the beginning. */
  readonly uptoSeq: number;
  /** What was said next, to be said again in other words. */
  readonly words?: string | undefined;
}

/** What a person does with whole sessions. What went wrong is shown by the page, or by the question that led to it. */
export interface SessionActs {
  setArchived(session: SessionName, mark: 'archive' | 'unarchive'): void;
  fork(place: SessionName & Partial<EntryPlace>): void;
  rewind(place: EntryPlace): void;
  exportFile(session: SessionName, format: 'json' | 'markdown'): void;
  importFile(file: Blob): void;
  reset(session: SessionName): void;
  remove(session: SessionName): void;
}

export interface SessionActsDeps {
  readonly client: Pick<Client, 'call'>;
  readonly saveFile: (name: string, text: string) => void;
  readonly report: (work: Promise<unknown>) => void;
  readonly ask: (question: Question) => void;
  /** Says something that is no fault. */
  readonly tell: (words: string) => void;
  readonly refresh: () => void;
  readonly open: (sessionKey: string) => void;
  /** A new chat, with the agent that this key names. */
  readonly startChat: (sessionKey?: string) => void;
  readonly openKey: () => string;
  /** Puts words into the message box, unless something is in it. */
  readonly suggest: (sessionKey: string, words: string) => void;
}

/** Of a file, in bytes: what the gateway takes. */
const maxFileBytes = 8_000_000;

export function createSessionActs(deps: SessionActsDeps, end: AbortSignal): SessionActs {
  const { client, report, ask } = deps;
  return {
    setArchived({ sessionKey }, mark) {
      report(client.call(`sessions.${mark}`, { sessionKey }, end).then(deps.refresh));
    },
    fork: (place) => report(fork(deps, place, end)),
    rewind: (place) => ask(rewindQuestion(deps, place, end)),
    exportFile({ sessionKey }, format) {
      const file = client.call('sessions.export', { sessionKey, format }, end);
      report(file.then(({ fileName, text }) => deps.saveFile(fileName, text)));
    },
    importFile: (file) => report(importFile(deps, file, end)),
    reset: (session) => ask(resetQuestion(deps, session, end)),
    remove: (session) => ask(removeQuestion(deps, session, end)),
  };
}

async function fork(
  { client, open, startChat, suggest, openKey, tell }: SessionActsDeps,
  { sessionKey, title, uptoSeq, words }: SessionName & Partial<EntryPlace>,
  end: AbortSignal,
): Promise<void> {
  if (uptoSeq === 0) startChat(sessionKey);
  else {
    const atEntry = uptoSeq === undefined ? {} : { atEntry: uptoSeq };
    const { session } = await client.call('sessions.fork', { sessionKey, ...atEntry }, end);
    open(session.sessionKey);
    tell(`A new session, begun with “${toTitle({ sessionKey, title })}”, which stays as it is.`);
  }
  if (words !== undefined) suggest(openKey(), words);
}

function rewindQuestion(
  { client, refresh, suggest }: SessionActsDeps,
  { sessionKey, uptoSeq, words }: EntryPlace,
  end: AbortSignal,
): Question {
  return {
    title: 'Rewind to here?',
    text: `${words === undefined ? 'What was said after this message' : 'This message, and what was said after it,'} is left out of the session, and what runs now is stopped. Nothing that tools did is undone.`,
    yes: 'Rewind',
    tone: 'plain',
    async answer() {
      await client.call('sessions.rewind', { sessionKey, toEntry: uptoSeq }, end);
      refresh();
      if (words !== undefined) suggest(sessionKey, words);
    },
  };
}

function resetQuestion(
  { client, refresh }: SessionActsDeps,
  session: SessionName,
  end: AbortSignal,
): Question {
  const { sessionKey } = session;
  return {
    title: `Reset “${toTitle(session)}”?`,
    text: 'A new conversation begins here, and the model forgets the present one. What was said stays readable above it, and can be searched.',
    yes: 'Reset',
    tone: 'plain',
    async answer() {
      await client.call('sessions.reset', { sessionKey }, end);
      refresh();
    },
  };
}

function removeQuestion(
  { client, refresh, openKey, startChat }: SessionActsDeps,
  session: SessionName,
  end: AbortSignal,
): Question {
  const { sessionKey } = session;
  return {
    title: `Delete “${toTitle(session)}”?`,
    text: 'All that was said in it is taken away for good. To keep it out of sight instead, archive it.',
    yes: 'Delete for good',
    tone: 'danger',
    async answer() {
      await client.call('sessions.delete', { sessionKey, confirm: true }, end);
      if (openKey() === sessionKey) startChat(sessionKey);
      refresh();
    },
  };
}

async function importFile(
  { client, open, refresh, tell }: SessionActsDeps,
  file: Blob,
  end: AbortSignal,
): Promise<void> {
  if (file.size > maxFileBytes)
    throw new CuttleError('session.too-large', 'This file is larger than 8 MB.');
  const text = await file.text();
  const { session, mediaLeftOut } = await client.call('sessions.import', { text }, end);
  open(session.sessionKey);
  refresh();
  const left = mediaLeftOut === 1 ? '1 attachment is' : `${mediaLeftOut} attachments are`;
  tell(
    `Imported. Its words count as a stranger’s.${mediaLeftOut > 0 ? ` ${left} not stored here and left out.` : ''}`,
  );
}
