import type { Client, ClientState } from '@cuttle/client';
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Frames } from '../conversation/frames.ts';
import type { KeptText } from '../conversation/kept-text.ts';
import { describe } from '../conversation/outbox.ts';
import { createMemoryView, type MemoryView } from '../memory/memory-view.ts';
import { createSessionList, type SessionList } from '../sessions/session-list.ts';
import type { Theme } from '../theme/theme.ts';
import { createUsageView, type UsageView } from '../usage/usage-view.ts';
import { createGatewayLists, type GatewayLists } from './gateway-lists.ts';
import { createOpenSession, type OpenSession } from './open-session.ts';
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
  readonly drafts: KeptText;
  /** The side bar of narrow screens. */
  readonly drawer: Signal<'open' | 'closed'>;
  /** Text for the message box, put there from outside of it. */
  readonly suggestion: Signal<string | undefined>;
  /** What the gateway refused last, outside of a conversation. */
  readonly problem: Signal<string | undefined>;
  open(sessionKey: string, seq?: number): void;
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
  const problem = signal<string | undefined>(undefined);
  const drawer = signal<'open' | 'closed'>('closed');
  const report = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!end.aborted) problem.value = describe(error);
    });
  };
  const lists = createGatewayLists(client, end);
  const sessions = createSessionList(deps, end);
  const agentPlace = (): string => agentPlaceOf(current.facts.value.sessionKey);
  const dialogs = createDialogs({ ...deps, agentPlace }, end);
  const places = { putHash: address.put, agentPlace };
  const current = createOpenSession({ ...deps, kept: deps.unsent, sessions, report, ...places });
  const stopHearing = followGateway(deps, { connection, current, sessions, lists, report });
  const ready = (): void => {
    drawer.value = 'closed';
    problem.value = undefined;
  };
  return {
    connection,
    current,
    sessions,
    lists,
    theme: deps.theme,
    ...dialogs,
    drafts: deps.drafts,
    drawer,
    suggestion: signal<string | undefined>(undefined),
    problem,
    open(sessionKey, seq) {
      ready();
      current.open(sessionKey, seq);
    },
    startChat(agentId) {
      ready();
      current.startChat(agentId);
    },
    chooseModel(model) {
      const { sessionKey } = current.facts.value;
      const patch = client.call('sessions.patch', { sessionKey, model }, end);
      report(patch.then(() => sessions.refresh()));
    },
    openUsage: () => report(dialogs.usage.open()),
    retryNow: () => client.retryNow(),
    async logOut() {
      await deps.fetch('/auth/logout', { method: 'POST', credentials: 'same-origin', signal: end });
    },
    close() {
      stopHearing();
      current.close();
      ending.abort();
      client.close();
    },
  };
}

function createDialogs(
  deps: Pick<PageDeps, 'client' | 'later'> & { readonly agentPlace: () => string },
  end: AbortSignal,
): Pick<Page, 'usage' | 'memory'> {
  return { usage: createUsageView(deps.client, end), memory: createMemoryView(deps, end) };
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
