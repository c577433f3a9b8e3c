import type { Client, ClientState } from '@cuttle/client';
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Frames } from '../conversation/frames.ts';
import type { KeptText } from '../conversation/kept-text.ts';
import { describe } from '../conversation/outbox.ts';
import { createMemoryView, type MemoryView } from '../memory/memory-view.ts';
import {
  createSessionActs,
  type SessionActs,
  type SessionActsDeps,
} from '../sessions/session-acts.ts';
import { createSessionList, type SessionList } from '../sessions/session-list.ts';
import type { Theme } from '../theme/theme.ts';
import { createMessengersView, type MessengersView } from '../messengers/messengers-view.ts';
import { createUsageView, type UsageView } from '../usage/usage-view.ts';
import { createGatewayLists, type GatewayLists } from './gateway-lists.ts';
import type { Question } from './confirm-dialog.tsx';
import { createOpenSession, type FoundEntry, type OpenSession } from './open-session.ts';
import { keyFromHash } from './session-hash.ts';

/** Everything the page knows and can do. Components read its signals and call it; it draws nothing. */
export interface Page {
  readonly connection: ReadonlySignal<ClientState>;
  readonly current: OpenSession;
  readonly sessions: SessionList;
  readonly lists: GatewayLists;
  readonly theme: Theme;
  readonly usage: UsageView;
  readonly memory: MemoryView;
  readonly messengers: MessengersView;
  readonly drafts: KeptText;
  /** The side bar of narrow screens. */
  readonly drawer: Signal<'open' | 'closed'>;
  /** Text for the message box, put there from outside of it. */
  readonly suggestion: Signal<string | undefined>;
  /** What the gateway refused last, outside of a conversation. */
  readonly problem: Signal<string | undefined>;
  /** What was done last and needs a word. */
  readonly notice: Signal<string | undefined>;
  readonly question: Signal<Question | undefined>;
  /** What is done with whole sessions. */
  readonly acts: SessionActs;
  open(sessionKey: string, found?: FoundEntry): void;
  /** `agentId`: with another agent than the one that is open. */
  startChat(agentId?: string): void;
  chooseModel(model: string | null): void;
  openUsage(): void;
  retryNow(): void;
  logOut(): Promise<void>;
  close(): void;
}

export interface PageDeps {
  readonly client: Client;
  readonly fetch: typeof globalThis.fetch;
  readonly frames: Frames;
  readonly now: () => number;
  readonly newId: () => string;
  readonly later: (callback: () => void, ms: number) => () => void;
  readonly theme: Theme;
  readonly saveFile: (name: string, text: string) => void;
  /** For the life of the tab. */
  readonly drafts: KeptText;
  readonly unsent: KeptText;
  readonly address: { readonly hash: () => string; readonly put: (hash: string) => void };
}

export function createPage(deps: PageDeps): Page {
  const { client, address } = deps;
  const ending = new AbortController();
  const end = ending.signal;
  const connection = signal<ClientState>(client.state.current);
  const news = createNews();
  const drawer = signal<'open' | 'closed'>('closed');
  const report = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!end.aborted) news.problem.value = describe(error);
    });
  };
  const lists = createGatewayLists(client, end);
  const openKey = (): string => current.facts.value.sessionKey;
  const sessions = createSessionList({ ...deps, openKey }, end);
  const agentPlace = (): string => agentPlaceOf(openKey());
  const dialogs = createDialogs({ ...deps, ...news, agentPlace }, end);
  const places = { putHash: address.put, agentPlace };
  const current = createOpenSession({ ...deps, kept: deps.unsent, sessions, report, ...places });
  const stopHearing = followGateway(deps, { connection, current, sessions, lists, report });
  const visits = createVisits({ current, drawer, ...news });
  const acts = createActs(
    { ...deps, ...news, report, refresh: sessions.refresh, ...visits, openKey },
    end,
  );
  return {
    connection,
    current,
    sessions,
    lists,
    theme: deps.theme,
    ...dialogs,
    drafts: deps.drafts,
    drawer,
    ...news,
    acts,
    ...visits,
    chooseModel(model) {
      const patch = client.call('sessions.patch', { sessionKey: openKey(), model }, end);
      report(patch.then(() => sessions.refresh()));
    },
    openUsage: () => report(dialogs.usage.open()),
    retryNow: () => client.retryNow(),
    logOut: () => logOut(deps, end),
    close() {
      stopHearing();
      dialogs.messengers.stop();
      current.close();
      ending.abort();
      client.close();
    },
  };
}

/** Opens sessions, where nothing of the one before is in the way. */
function createVisits({
  current,
  drawer,
  problem,
  notice,
}: Pick<Page, 'current' | 'drawer' | 'problem' | 'notice'>): Pick<Page, 'open' | 'startChat'> {
  const ready = (): void => {
    drawer.value = 'closed';
    problem.value = undefined;
    notice.value = undefined;
  };
  return {
    open(sessionKey, found) {
      ready();
      current.open(sessionKey, found);
    },
    startChat(agentId) {
      ready();
      current.startChat(agentId);
    },
  };
}

async function logOut({ fetch }: PageDeps, end: AbortSignal): Promise<void> {
  await fetch('/auth/logout', { method: 'POST', credentials: 'same-origin', signal: end });
}

type News = Pick<Page, 'problem' | 'notice' | 'question' | 'suggestion'>;

function createNews(): News {
  return {
    problem: signal(undefined),
    notice: signal(undefined),
    question: signal(undefined),
    suggestion: signal(undefined),
  };
}

type ActsDeps = Omit<SessionActsDeps, 'ask' | 'tell' | 'suggest'> &
  Pick<News, 'notice' | 'question' | 'suggestion'> &
  Pick<PageDeps, 'drafts'> & { readonly startChat: (agentId?: string) => void };

function createActs(deps: ActsDeps, end: AbortSignal): SessionActs {
  return createSessionActs(
    {
      ...deps,
      startChat: (sessionKey = '') => deps.startChat(agentPlaceOf(sessionKey).split(':')[1]),
      ask(question) {
        deps.question.value = question;
      },
      tell(words) {
        deps.notice.value = words;
      },
      suggest(sessionKey, words) {
        if ((deps.drafts.find(sessionKey) ?? '') === '') deps.suggestion.value = words;
      },
    },
    end,
  );
}

function createDialogs(
  deps: Pick<PageDeps, 'client' | 'later' | 'now'> &
    Pick<News, 'question'> & { readonly agentPlace: () => string },
  end: AbortSignal,
): Pick<Page, 'usage' | 'memory' | 'messengers'> {
  const ask = (question: Question): void => {
    deps.question.value = question;
  };
  return {
    usage: createUsageView(deps.client, end),
    memory: createMemoryView(deps, end),
    messengers: createMessengersView({ ...deps, ask }, end),
  };
}

interface Followers {
  readonly connection: Signal<ClientState>;
  readonly current: OpenSession;
  readonly sessions: SessionList;
  readonly lists: GatewayLists;
  readonly report: (work: Promise<unknown>) => void;
}

/** Keeps lists and state as the gateway has them. Returns how to stop. */
function followGateway({ client, address }: PageDeps, followers: Followers): () => void {
  const { connection, current, sessions, lists, report } = followers;
  const stops = [
    client.state.subscribe((state) => {
      connection.value = state;
      if (state.status !== 'open') return;
      report(lists.load());
      sessions.refresh();
      if (!current.conversation.value)
        current.show(keyFromHash(address.hash()) ?? state.hello.snapshot.mainSessionKey);
    }),
    // The order of the list and its counts follow what happens in sessions.
    client.on('session', ({ kind }) => kind !== 'inbound' && sessions.refresh()),
    client.on('chat', ({ state }) => state !== 'delta' && sessions.refresh()),
    client.on('config.changed', () => report(lists.load())),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Full keys from the start: a draft or an unsent message belongs to its session by its key. */
function agentPlaceOf(sessionKey: string): string {
  return /^agent:[^:]+:/.exec(sessionKey)?.[0] ?? '';
}
