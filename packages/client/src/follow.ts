import { type CuttleError, isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import { closedError } from './client-state.ts';
import type { Events } from './events.ts';
import { createNewest } from './newest-entries.ts';
import { createSubject, type Observable, type Subject } from './observable.ts';
import type { Heard } from './repeats.ts';
import {
  emptySession,
  fromHistory,
  reduceAgent,
  reduceSession,
  type SessionView,
  withEarlier,
  withNewest,
} from './session-fold.ts';
import {
  createSync,
  isForGood,
  type SessionSink,
  type SessionSync,
  type SyncDeps,
  waitAfter,
} from './session-sync.ts';

export interface FollowOptions {
  /** How many entries to load at first. Default 100. */
  readonly limit?: number;
}

/**
 * `loading`: nothing to show yet. `live`: complete up to now. `interrupted`: what is shown was true when the connection was lost; it goes on by itself.
 * `failed`: it will not go on, `error` says why.
 */
export interface FollowedSession extends SessionView {
  readonly sessionKey: string;
  readonly phase: 'loading' | 'live' | 'interrupted' | 'failed';
  readonly error: CuttleError | undefined;
}

/**
 * One session, as it stands and as it goes on. Contract:
 * - what it shows equals a fresh reading of the history plus what runs; nothing is missing and nothing is there twice, over drops too;
 * - iterating yields the present state and then the latest after each change; a slow reader skips states, never facts;
 * - it ends with its signal, with `close()` or with the client; iterating then returns.
 */
export interface Follow extends Observable<FollowedSession>, AsyncIterable<FollowedSession> {
  /** Loads the page above, `FollowedSession.before` permitting. */
  loadEarlier(signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface FollowDeps extends SyncDeps {
  readonly events: Events;
  readonly report: (error: unknown) => void;
}

const newestLimit = 20;

export function createFollow(
  deps: FollowDeps,
  options: FollowOptions & { readonly sessionKey: string },
  outer: AbortSignal,
): Follow {
  const { client } = deps;
  const { sessionKey, limit = 100 } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([outer, ending.signal]);
  const subject = createSubject(unloaded(sessionKey), deps.report);
  const put = (change: Partial<FollowedSession>): void =>
    subject.put({ ...subject.current, ...change });
  const fail = (error: CuttleError | undefined): void => {
    put({ phase: 'failed', error });
    ending.abort();
  };
  const sink: SessionSink = {
    load: (page) => put({ ...fromHistory(page), sessionKey: page.sessionKey, phase: 'loading' }),
    apply(heard) {
      put(reduceHeard(subject.current, heard));
      if (heard.name === 'session' && heard.payload.kind === 'reset') sync.reload();
      else if (bringsEntries(heard, subject.current)) newest.ask();
    },
    live(brought) {
      put({ phase: 'live', error: undefined });
      // The entries are the truth where live and replayed events were mixed.
      if (brought === 'events') newest.ask();
    },
    expired: () => deps.events.emit('reload', { sessionKey: subject.current.sessionKey }),
    fail,
  };
  const sync = createSync(deps, { sessionKey, limit, sink }, signal);
  const newest = createNewest(
    async () => {
      const { turn } = sync;
      const known = new Set(subject.current.queued.map(({ inboundId }) => inboundId));
      const page = await client.call('chat.history', { sessionKey, limit: newestLimit }, signal);
      // A sync that began meanwhile brings what is newer.
      if (turn !== sync.turn || sync.isHolding()) return;
      const next = withNewest(subject.current, page, known);
      if (next) put({ ...next, error: undefined });
      else sync.reload();
    },
    (error, failures) => {
      if (signal.aborted || isLost(error)) return;
      put({ error: toCuttleError(error) });
      if (!isForGood(error)) void askLater(deps, { newest, failures }, signal); // never rejects
    },
  );
  listen(deps, { sessionKey, subject, sync, newest, fail }, signal);

  return {
    get current() {
      return subject.current;
    },
    subscribe: (listener) => subject.subscribe(listener),
    loadEarlier: (own) =>
      loadEarlier(client, { subject, sessionKey, limit }, AbortSignal.any([own, signal])),
    close: () => ending.abort(),
    [Symbol.asyncIterator]: () => states(subject, signal),
  };
}

function unloaded(sessionKey: string): FollowedSession {
  return { ...emptySession, sessionKey, phase: 'loading', error: undefined };
}

async function loadEarlier(
  client: FollowDeps['client'],
  {
    subject,
    sessionKey,
    limit,
  }: { subject: Subject<FollowedSession>; sessionKey: string; limit: number },
  signal: AbortSignal,
): Promise<void> {
  const { before } = subject.current;
  if (before === undefined) return;
  const page = await client.call('chat.history', { sessionKey, limit, before }, signal);
  if (subject.current.before === before)
    subject.put({ ...subject.current, ...withEarlier(subject.current, page) });
}

interface Followed {
  readonly sessionKey: string;
  readonly subject: Subject<FollowedSession>;
  readonly sync: SessionSync;
  readonly newest: { ask(): void };
  readonly fail: (error: CuttleError | undefined) => void;
}

async function askLater(
  deps: FollowDeps,
  { newest, failures }: Pick<Followed, 'newest'> & { readonly failures: number },
  signal: AbortSignal,
): Promise<void> {
  await deps.clock.sleep(waitAfter(failures, deps), signal).catch(() => {}); // followed no more
  if (!signal.aborted) newest.ask();
}

/** Connects a follow to its client, until `signal` ends it. */
function listen({ client, events }: FollowDeps, followed: Followed, signal: AbortSignal): void {
  const { sessionKey, subject, sync, newest, fail } = followed;
  // A short key that was asked for is answered under its full name.
  const isOurs = (key: string): boolean => key === sessionKey || key === subject.current.sessionKey;
  const hear = (heard: Heard): void => {
    if (isOurs(heard.payload.sessionKey)) sync.hear(heard);
  };
  const look = (): void => {
    const { status } = client.state.current;
    if (status === 'open') sync.resume();
    else if (status === 'closed') fail(closedError(client.state.current));
    else if (subject.current.phase === 'live')
      subject.put({ ...subject.current, phase: 'interrupted' });
  };
  const stops = [
    events.on('agent', (payload) => hear({ name: 'agent', payload })),
    events.on('session', (payload) => hear({ name: 'session', payload })),
    events.on('chat', (payload) => {
      if (payload.state === 'error' && isOurs(payload.sessionKey)) newest.ask();
    }),
    events.on('gap', () => sync.resume()),
    client.state.subscribe(look),
  ];
  const stop = (): void => {
    for (const stopOne of stops) stopOne();
  };
  if (signal.aborted) stop();
  else {
    signal.addEventListener('abort', stop, { once: true });
    look();
  }
}

/** A lost connection brings a sync, which brings what could not be read. */
function isLost(error: unknown): boolean {
  return isCuttleError(error, 'gateway.not-running');
}

function reduceHeard(session: SessionView, { name, payload }: Heard): SessionView {
  return name === 'agent' ? reduceAgent(session, payload) : reduceSession(session, payload);
}

/** Entries appear when a step begins (the messages it took up) and when a run ends. */
function bringsEntries({ name, payload }: Heard, session: SessionView): boolean {
  if (name === 'session') return payload.kind !== 'inbound';
  const { type } = payload.data;
  return type === 'run.end' || (type === 'step.start' && session.queued.length > 0);
}

async function* states(
  subject: Observable<FollowedSession>,
  signal: AbortSignal,
): AsyncGenerator<FollowedSession, void, void> {
  let changed = Promise.withResolvers<void>();
  const wake = (): void => changed.resolve();
  const stop = subject.subscribe(wake);
  signal.addEventListener('abort', wake);
  try {
    for (let shown: FollowedSession | undefined; ;) {
      if (subject.current !== shown) {
        shown = subject.current;
        yield shown;
      } else if (signal.aborted) return;
      else {
        await changed.promise;
        changed = Promise.withResolvers<void>();
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
  }
}
