import type { Message } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ImportedEntry, SessionRow, TranscriptEntry } from '@cuttle/core-types/ports';
import type { ParsedParamsOf, ResultOf } from '@cuttle/core-types/protocol';
import { isCuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import {
  agentOf,
  encodeSessionFile,
  mostFileEntries,
  parseSessionFile,
  type SessionFile,
  toFileEntries,
  toImported,
  toMarkdown,
  toSessionKey,
} from '@cuttle/sessions';
import type { Caller, GatewayDeps, Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';
import { toSummary } from './sessions.ts';

export const wholeSessionHandlers: Pick<
  Handlers,
  | 'sessions.create'
  | 'sessions.archive'
  | 'sessions.unarchive'
  | 'sessions.delete'
  | 'sessions.fork'
  | 'sessions.rewind'
  | 'sessions.export'
  | 'sessions.import'
> = {
  async 'sessions.create'(deps, { params }) {
    const { title, model } = params;
    const place = placeFor(deps, params.sessionKey, params.agentId);
    const chosen = model === undefined ? undefined : deps.resolveModel(model);
    const made = await deps.store.journal.createSession({ ...place, title, model: chosen });
    if (made.created) tellChanged(deps, made.session);
    return { created: made.created, session: toSummary(made.session) };
  },
  'sessions.archive': (deps, { params }) => mark(deps, params.sessionKey, 'archived'),
  'sessions.unarchive': (deps, { params }) => mark(deps, params.sessionKey, 'current'),
  async 'sessions.delete'(deps, { params, caller }) {
    const session = await readSession(deps, params.sessionKey);
    const { sessionKey } = session;
    await deps.store.journal.removeSession({ sessionKey, by: caller.principal.id });
    tellChanged(deps, session);
    return { ok: true };
  },
  async 'sessions.fork'(deps, { params }) {
    const source = await readSession(deps, params.sessionKey);
    const { title = titleOfFork(source), atEntry } = params;
    const place = placeFor(deps, params.newKey, source.agentId);
    const { sessionKey: sourceKey } = source;
    const made = await deps.store.journal.forkSession({ sourceKey, ...place, atEntry, title });
    tellChanged(deps, made.session);
    return { session: toSummary(made.session), atEntry: made.atEntry };
  },
  async 'sessions.rewind'({ runtime, settings }, { params }) {
    const sessionKey = toSessionKey(params.sessionKey, settings().defaultAgentId);
    const done = await runtime.rewind({ sessionKey, toEntry: params.toEntry });
    const { session, toEntry, aborted } = done;
    return {
      session: toSummary(session),
      toEntry,
      ...(aborted !== undefined && { abortedRunId: aborted }),
    };
  },
  'sessions.export': (deps, { params }) => exportSession(deps, params),
  'sessions.import': (deps, call, signal) => importSession(deps, call, signal),
};

/** A key that was asked for, or one of its own for a new session of an agent. */
function placeFor(
  { settings, newId }: GatewayDeps,
  name: string | undefined,
  agentId = settings().defaultAgentId,
): { readonly sessionKey: string; readonly agentId: string } {
  const sessionKey = toSessionKey(name ?? `web:${newId()}`, agentId);
  return { sessionKey, agentId: agentOf(sessionKey) ?? agentId };
}

async function readSession({ store, settings }: GatewayDeps, name: string): Promise<SessionRow> {
  const sessionKey = toSessionKey(name, settings().defaultAgentId);
  const session = await store.reader.findSession(sessionKey);
  if (!session) throw new CuttleError('session.not-found', `There is no session "${sessionKey}".`);
  return session;
}

async function mark(
  deps: GatewayDeps,
  name: string,
  state: 'archived' | 'current',
): Promise<ResultOf<'sessions.archive'>> {
  const { sessionKey, agentId } = await readSession(deps, name);
  const archived = state === 'archived';
  const session = await deps.store.journal.patchSession({ sessionKey, agentId, archived });
  tellChanged(deps, session);
  return toSummary(session);
}

function tellChanged({ runtime }: GatewayDeps, { sessionId, sessionKey }: SessionRow): void {
  runtime.hub.publishSession({ sessionId, sessionKey, kind: 'changed', eventSeq: undefined });
}

function titleOfFork({ title }: SessionRow): string | undefined {
  return title && textFor('session.fork-title', { title }).slice(0, 200);
}

const pageEntries = 500;
/** Of one answer: what a frame holds, with room for its own words. */
const mostChars = 6_000_000;

async function exportSession(
  deps: GatewayDeps,
  { sessionKey, format }: ParsedParamsOf<'sessions.export'>,
): Promise<ResultOf<'sessions.export'>> {
  const session = await readSession(deps, sessionKey);
  const { agentId, title, model, createdAt } = session;
  const file: SessionFile = {
    kind: 'cuttle.session',
    v: 1,
    agentId,
    ...(title !== undefined && { title }),
    ...(model !== undefined && { model }),
    createdAt: isoTime(createdAt),
    entries: toFileEntries(await readAll(deps, session)),
  };
  const text = format === 'json' ? encodeSessionFile(file) : toMarkdown(file);
  if (text.length > mostChars) throw tooLarge(session);
  const ending = format === 'json' ? 'json' : 'md';
  return { fileName: `${toFileName(title ?? session.sessionKey)}.${ending}`, text };
}

async function readAll(
  { store }: GatewayDeps,
  session: SessionRow,
): Promise<{ readonly at: string; readonly message: Message }[]> {
  const { sessionId, generation } = session;
  const said: { readonly at: string; readonly message: Message }[] = [];
  let page: readonly TranscriptEntry[];
  let afterSeq = 0;
  do {
    page = await store.reader.readTranscript({
      sessionId,
      generation,
      afterSeq,
      uptoSeq: Number.MAX_SAFE_INTEGER,
      limit: pageEntries,
    });
    for (const { messages, at } of page)
      for (const message of messages) said.push({ at: isoTime(at), message });
    afterSeq = page.at(-1)?.seq ?? afterSeq;
    if (said.length > mostFileEntries) throw tooLarge(session);
  } while (page.length === pageEntries);
  return said;
}

function tooLarge({ sessionKey }: SessionRow): CuttleError {
  return new CuttleError(
    'session.too-large',
    `The session ${sessionKey} is too large for one file.`,
  );
}

function toFileName(text: string): string {
  const plain = text.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  return plain.slice(0, 80) || 'session';
}

/** Entries of one transaction: a few milliseconds. */
const sliceEntries = 100;

async function importSession(
  deps: GatewayDeps,
  { params, caller }: { params: ParsedParamsOf<'sessions.import'>; caller: Caller },
  signal: AbortSignal,
): Promise<ResultOf<'sessions.import'>> {
  const file = parseSessionFile(params.text);
  const { agentIds } = deps.settings();
  const agentId = agentIds.includes(file.agentId) ? file.agentId : undefined;
  const place = placeFor(deps, params.sessionKey, agentId);
  if (await deps.store.reader.findSession(place.sessionKey))
    throw new CuttleError('session.exists', `There is a session ${place.sessionKey} already.`);
  const { entries, leftOut } = await withKnownMedia(deps, toImported(file.entries), signal);
  const importId = deps.newId();
  const base = { importId, agentId: place.agentId, accountId: deps.doors.web };
  const end = {
    sessionKey: place.sessionKey,
    title: file.title,
    model: file.model,
    createdAt: Date.parse(file.createdAt),
    taint: ['stranger'] as const,
    by: caller.principal.id,
  };
  let from = 0;
  for (; from + sliceEntries < entries.length; from += sliceEntries) {
    signal.throwIfAborted();
    const slice = entries.slice(from, from + sliceEntries);
    await deps.store.journal.importSession({ ...base, from, entries: slice });
  }
  const last = { ...base, from, entries: entries.slice(from), end };
  const { session } = await deps.store.journal.importSession(last);
  if (!session) throw new TypeError('The last slice of an import gives its session.');
  tellChanged(deps, session);
  return { session: toSummary(session), mediaLeftOut: leftOut };
}

/** Media is named by its content; what is not stored here is said to be left out. */
async function withKnownMedia(
  { store }: GatewayDeps,
  entries: readonly ImportedEntry[],
  signal: AbortSignal,
): Promise<{ readonly entries: readonly ImportedEntry[]; readonly leftOut: number }> {
  const known = new Map<string, boolean>();
  let leftOut = 0;
  const isKnown = async (sha256: string): Promise<boolean> => {
    const found = known.get(sha256) ?? (await isStored(store, sha256, signal));
    known.set(sha256, found);
    return found;
  };
  const checked: ImportedEntry[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'input') {
      checked.push(entry);
      continue;
    }
    const messages: Message[] = [];
    for (const message of entry.messages) {
      const parts = [];
      for (const part of message.role === 'user' ? message.parts : []) {
        const stays =
          part.type === 'text' ||
          (part.source.kind === 'blob' && (await isKnown(part.source.sha256)));
        if (!stays) leftOut += 1;
        parts.push(
          stays
            ? part
            : {
                type: 'text' as const,
                text: textFor('session.media-left-out', { kind: part.type }),
              },
        );
      }
      messages.push(message.role === 'user' ? { ...message, parts } : message);
    }
    checked.push({ ...entry, messages });
  }
  return { entries: checked, leftOut };
}

async function isStored(
  { blobs }: GatewayDeps['store'],
  sha256: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return false;
  try {
    await blobs.read(sha256, signal);
    return true;
  } catch (error) {
    if (isCuttleError(error, 'request.not-found')) return false;
    throw error;
  }
}
