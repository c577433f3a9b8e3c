import type { Client } from '@cuttle/client';
import type { ParamsOf, ResultOf, SessionSummary } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';
import { describe } from '../conversation/outbox.ts';

export type SearchHit = ResultOf<'sessions.search'>['hits'][number];

/** The sessions of the gateway as the side bar shows them: all, or those that fit the search. */
export interface SessionList {
  readonly sessions: ReadonlySignal<readonly SessionSummary[]>;
  /** Messages that hold the words of the search. */
  readonly hits: ReadonlySignal<readonly SearchHit[]>;
  readonly query: ReadonlySignal<string>;
  readonly shown: ReadonlySignal<'current' | 'archived'>;
  readonly phase: ReadonlySignal<'loading' | 'ready'>;
  readonly problem: ReadonlySignal<string | undefined>;
  readonly hasMore: ReadonlySignal<boolean>;
  search(query: string): void;
  show(which: 'current' | 'archived'): void;
  refresh(): void;
  loadMore(): void;
  rename(sessionKey: string, title: string): Promise<void>;
  archive(sessionKey: string, mark: 'archive' | 'bring back'): Promise<void>;
}

export interface SessionListDeps {
  readonly client: Pick<Client, 'call'>;
  /** Calls once after a pause in the typing. Returns how to cancel. */
  readonly later: (callback: () => void, ms: number) => () => void;
}

const pageSize = 50;
const typingPauseMs = 180;

export function createSessionList(
  { client, later }: SessionListDeps,
  end: AbortSignal,
): SessionList {
  const state = createState();
  let round = 0;
  let cancel: (() => void) | undefined;

  const load = async (which: 'first page' | 'next page'): Promise<void> => {
    const mine = (round += 1);
    const before = which === 'next page' ? state.next.value : undefined;
    const [page, { hits }] = await Promise.all([
      client.call('sessions.list', toListParams(state, before), end),
      findMessages(client, state.query.value.trim(), end),
    ]);
    // A later one has begun: its answer is the one to show.
    if (mine !== round) return;
    const known = before === undefined ? [] : state.sessions.value;
    state.sessions.value = [...known, ...page.sessions];
    state.hits.value = hits;
    state.next.value = page.next;
    state.hasMore.value = page.next !== undefined;
    state.problem.value = undefined;
  };
  const reload = (which: 'first page' | 'next page' = 'first page'): void => {
    load(which)
      .catch((error: unknown) => {
        if (!end.aborted) state.problem.value = describe(error);
      })
      .finally(() => {
        state.phase.value = 'ready';
      });
  };
  const patch = async (params: ParamsOf<'sessions.patch'>): Promise<void> => {
    await client.call('sessions.patch', params, end);
    reload();
  };
  return {
    ...state,
    search(text) {
      state.query.value = text;
      cancel?.();
      cancel = later(() => reload(), typingPauseMs);
    },
    show(which) {
      state.shown.value = which;
      reload();
    },
    refresh: () => reload(),
    loadMore: () => reload('next page'),
    rename: (sessionKey, title) => patch({ sessionKey, title: title.trim().slice(0, 200) }),
    archive: (sessionKey, mark) => patch({ sessionKey, archived: mark === 'archive' }),
  };
}

type State = ReturnType<typeof createState>;

function createState() {
  return {
    sessions: signal<readonly SessionSummary[]>([]),
    hits: signal<readonly SearchHit[]>([]),
    query: signal(''),
    shown: signal<'current' | 'archived'>('current'),
    phase: signal<'loading' | 'ready'>('loading'),
    problem: signal<string | undefined>(undefined),
    hasMore: signal(false),
    next: signal<string | undefined>(undefined),
  };
}

function toListParams(state: State, before: string | undefined): ParamsOf<'sessions.list'> {
  const search = state.query.value.trim();
  return {
    limit: pageSize,
    archived: state.shown.value === 'archived',
    ...(before !== undefined && { before }),
    ...(search !== '' && { search }),
  };
}

/** One letter would find everything. */
const minWords = 2;

async function findMessages(
  client: Pick<Client, 'call'>,
  query: string,
  end: AbortSignal,
): Promise<{ readonly hits: readonly SearchHit[] }> {
  if (query.length < minWords) return { hits: [] };
  return client.call('sessions.search', { query, limit: 30 }, end);
}
