import type { Client } from '@cuttle/client';
import type { ParamsOf, ResultOf, SessionSummary } from '@cuttle/core-types/protocol';
import { isCuttleError } from '@cuttle/core-types/errors';
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { describe } from '../conversation/outbox.ts';

export type SearchHit = ResultOf<'sessions.search'>['hits'][number];

export const periods = ['any', 'day', 'week', 'month', 'year'] as const;

/** What a search is narrowed to. Undefined: not. */
export interface SearchFilters {
  readonly agentId: string | undefined;
  readonly channel: string | undefined;
  /** The key of one session. */
  readonly place: string | undefined;
  readonly period: (typeof periods)[number];
}

/** The sessions of the gateway as the side bar shows them: all, or those that fit the search. */
export interface SessionList {
  readonly sessions: ReadonlySignal<readonly SessionSummary[]>;
  /** All that were seen, by key: also those that do not fit the search. */
  readonly known: ReadonlySignal<ReadonlyMap<string, SessionSummary>>;
  /** Platforms that sessions were seen on. */
  readonly channels: ReadonlySignal<readonly string[]>;
  /** Messages that hold the words of the search. */
  readonly hits: ReadonlySignal<readonly SearchHit[]>;
  readonly query: ReadonlySignal<string>;
  readonly filters: ReadonlySignal<SearchFilters>;
  readonly shown: ReadonlySignal<'current' | 'archived'>;
  readonly phase: ReadonlySignal<'loading' | 'ready'>;
  readonly problem: ReadonlySignal<string | undefined>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly hasMoreHits: ReadonlySignal<boolean>;
  search(query: string): void;
  narrow(change: Partial<SearchFilters>): void;
  show(which: 'current' | 'archived'): void;
  refresh(): void;
  loadMore(): void;
  loadMoreHits(): void;
  rename(sessionKey: string, title: string): Promise<void>;
}

export interface SessionListDeps {
  readonly client: Pick<Client, 'call'>;
  readonly now: () => number;
  /** Calls once after a pause in the typing. Returns how to cancel. */
  readonly later: (callback: () => void, ms: number) => () => void;
  /** The session that is open: known, whatever the list shows. */
  readonly openKey: () => string;
}

const pageSize = 50;
const hitsSize = 30;
const typingPauseMs = 180;

export function createSessionList(deps: SessionListDeps, end: AbortSignal): SessionList {
  const { client, later } = deps;
  const state = createState();
  const loader = createLoader(deps, state, end);
  let cancel: (() => void) | undefined;
  const reload = (load = loader.load): void => {
    load()
      .catch((error: unknown) => {
        if (!end.aborted) state.problem.value = describe(error);
      })
      .finally(() => {
        state.phase.value = 'ready';
      });
  };
  return {
    ...state,
    channels: computed(() => channelsOf(state.known.value)),
    hasMore: computed(() => state.next.value !== undefined),
    hasMoreHits: computed(() => state.nextHits.value !== undefined),
    search(text) {
      state.query.value = text;
      cancel?.();
      cancel = later(() => reload(), typingPauseMs);
    },
    narrow(change) {
      state.filters.value = { ...state.filters.value, ...change };
      reload();
    },
    show(which) {
      state.shown.value = which;
      reload();
    },
    refresh: () => reload(),
    loadMore: () => reload(loader.loadMore),
    loadMoreHits: () => reload(loader.loadMoreHits),
    async rename(sessionKey, title) {
      const params = { sessionKey, title: title.trim().slice(0, 200) };
      learn(state, [await client.call('sessions.patch', params, end)]);
      reload();
    },
  };
}

interface Loader {
  load(): Promise<void>;
  loadMore(): Promise<void>;
  loadMoreHits(): Promise<void>;
}

function createLoader(deps: SessionListDeps, state: State, end: AbortSignal): Loader {
  const { client } = deps;
  let round = 0;
  const list = (before?: string): Promise<ResultOf<'sessions.list'>> =>
    client.call('sessions.list', toListParams(state, before), end);
  const find = (before?: string): Promise<ResultOf<'sessions.search'>> =>
    findMessages(deps, { state, before }, end);
  /** What is found for nobody any more, as a later question was asked, is dropped. */
  const ask = async <Found>(question: Promise<Found>, put: (found: Found) => void) => {
    const mine = (round += 1);
    const found = await question;
    if (mine !== round) return;
    put(found);
    state.problem.value = undefined;
    await meet(deps, state, end);
  };
  return {
    load: () =>
      ask(Promise.all([list(), find()]), ([page, found]) => {
        state.sessions.value = page.sessions;
        state.next.value = page.next;
        state.hits.value = found.hits;
        state.nextHits.value = found.next;
        learn(state, page.sessions);
      }),
    loadMore: () =>
      ask(list(state.next.value), (page) => {
        state.sessions.value = [...state.sessions.value, ...page.sessions];
        state.next.value = page.next;
        learn(state, page.sessions);
      }),
    loadMoreHits: () =>
      ask(find(state.nextHits.value), (found) => {
        state.hits.value = [...state.hits.value, ...found.hits];
        state.nextHits.value = found.next;
      }),
  };
}

/** Asks for what is shown by name and was not listed: the open session, and those of the hits. */
async function meet(
  { client, openKey }: SessionListDeps,
  state: State,
  end: AbortSignal,
): Promise<void> {
  const open = openKey();
  const strange = new Set(
    state.hits.value
      .map(({ sessionKey }) => sessionKey)
      .filter((key) => !state.known.value.has(key)),
  );
  const isListed = state.sessions.value.some(({ sessionKey }) => sessionKey === open);
  if (open !== '' && !isListed) strange.add(open);
  const found = await Promise.all(
    [...strange].map(async (sessionKey) => {
      try {
        return await client.call('sessions.get', { sessionKey }, end);
      } catch (error) {
        // A new chat is not there yet, a deleted one not any more.
        if (!isCuttleError(error, 'session.not-found')) throw error;
        return undefined;
      }
    }),
  );
  const there = found.filter((session) => session !== undefined);
  for (const { sessionKey } of there) strange.delete(sessionKey);
  learn(state, there, strange);
}

function learn(
  state: State,
  sessions: readonly SessionSummary[],
  gone: ReadonlySet<string> = new Set(),
): void {
  const known = new Map(state.known.value);
  for (const session of sessions) known.set(session.sessionKey, session);
  for (const sessionKey of gone) known.delete(sessionKey);
  state.known.value = known;
}

function channelsOf(known: ReadonlyMap<string, SessionSummary>): readonly string[] {
  const names = [...known.values()].flatMap(({ channel }) => channel ?? []);
  return [...new Set(names)].toSorted();
}

interface State {
  readonly sessions: Signal<readonly SessionSummary[]>;
  readonly known: Signal<ReadonlyMap<string, SessionSummary>>;
  readonly hits: Signal<readonly SearchHit[]>;
  readonly query: Signal<string>;
  readonly filters: Signal<SearchFilters>;
  readonly shown: Signal<'current' | 'archived'>;
  readonly phase: Signal<'loading' | 'ready'>;
  readonly problem: Signal<string | undefined>;
  readonly next: Signal<string | undefined>;
  readonly nextHits: Signal<string | undefined>;
}

const noFilters: SearchFilters = {
  agentId: undefined,
  channel: undefined,
  place: undefined,
  period: 'any',
};

function createState(): State {
  return {
    sessions: signal([]),
    known: signal(new Map()),
    hits: signal([]),
    query: signal(''),
    filters: signal(noFilters),
    shown: signal('current'),
    phase: signal('loading'),
    problem: signal(undefined),
    next: signal(undefined),
    nextHits: signal(undefined),
  };
}

function toListParams(state: State, before: string | undefined): ParamsOf<'sessions.list'> {
  const search = state.query.value.trim();
  const { agentId, channel } = state.filters.value;
  return {
    limit: pageSize,
    archived: state.shown.value === 'archived',
    ...(before !== undefined && { before }),
    // Filters are those of a search.
    ...(search !== '' && { search, agentId, channel }),
  };
}

/** One letter would find everything. */
const minWords = 2;

async function findMessages(
  { client, now }: SessionListDeps,
  { state, before }: { readonly state: State; readonly before: string | undefined },
  end: AbortSignal,
): Promise<ResultOf<'sessions.search'>> {
  const query = state.query.value.trim();
  if (query.length < minWords) return { hits: [] };
  const { agentId, channel, place: sessionKey, period } = state.filters.value;
  const since = period === 'any' ? undefined : new Date(now() - periodMs[period]).toISOString();
  const narrowed = { agentId, channel, sessionKey, since, before };
  return client.call('sessions.search', { query, limit: hitsSize, ...narrowed }, end);
}

const dayMs = 86_400_000;
const periodMs = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs, year: 365 * dayMs } as const;
