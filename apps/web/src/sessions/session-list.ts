import type { Client } from '@cuttle/client';
import type { ResultOf, SessionSummary } from '@cuttle/core-types/protocol';
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
  readonly phase: ReadonlySignal<'loading' | 'ready' | 'failed'>;
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

export function createSessionList(deps: SessionListDeps, end: AbortSignal): SessionList {
  const { client } = deps;
  const sessions = signal<readonly SessionSummary[]>([]);
  const hits = signal<readonly SearchHit[]>([]);
  const query = signal('');
  const shown = signal<'current' | 'archived'>('current');
  const phase = signal<'loading' | 'ready' | 'failed'>('loading');
  const problem = signal<string | undefined>(undefined);
  const hasMore = signal(false);
  let next: string | undefined;
  let round = 0;
  let cancel: (() => void) | undefined;

  const load = async (before: string | undefined): Promise<void> => {
    const mine = (round += 1);
    const search = query.value.trim();
    const archived = shown.value === 'archived';
    const [page, found] = await Promise.all([
      client.call(
        'sessions.list',
        {
          limit: pageSize,
          archived,
          ...(before !== undefined && { before }),
          ...(search !== '' && { search }),
        },
        end,
      ),
      search.length < 2
        ? { hits: [] }
        : client.call('sessions.search', { query: search, limit: 30 }, end),
    ]);
    // A later search has begun: its answer is the one to show.
    if (mine !== round) return;
    sessions.value = before === undefined ? page.sessions : [...sessions.value, ...page.sessions];
    hits.value = found.hits;
    next = page.next;
    hasMore.value = next !== undefined;
    phase.value = 'ready';
    problem.value = undefined;
  };
  const reload = (before?: string): void => {
    load(before).catch((error: unknown) => {
      if (end.aborted) return;
      phase.value = sessions.value.length === 0 ? 'failed' : 'ready';
      problem.value = describe(error);
    });
  };
  const patch = async (
    sessionKey: string,
    change: { title?: string; archived?: boolean },
  ): Promise<void> => {
    const summary = await client.call('sessions.patch', { sessionKey, ...change }, end);
    sessions.value = sessions.value.map((one) =>
      one.sessionKey === summary.sessionKey ? summary : one,
    );
    reload();
  };
  return {
    sessions,
    hits,
    query,
    shown,
    phase,
    problem,
    hasMore,
    search(text) {
      query.value = text;
      cancel?.();
      cancel = deps.later(() => reload(), typingPauseMs);
    },
    show(which) {
      shown.value = which;
      reload();
    },
    refresh: () => reload(),
    loadMore: () => reload(next),
    rename: (sessionKey, title) => patch(sessionKey, { title: title.trim().slice(0, 200) }),
    archive: (sessionKey, mark) => patch(sessionKey, { archived: mark === 'archive' }),
  };
}
