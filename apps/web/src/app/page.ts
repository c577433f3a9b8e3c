import type { Client, ClientState } from '@cuttle/client';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Command } from '../composer/slash-menu.ts';
import { type Conversation, openConversation } from '../conversation/conversation.ts';
import type { Frames } from '../conversation/frames.ts';
import type { KeptText } from '../conversation/kept-text.ts';
import { describe } from '../conversation/outbox.ts';
import { createSessionList, type SessionList } from '../sessions/session-list.ts';
import { titleFromMessage, webPrefix } from '../sessions/session-title.ts';
import type { Theme } from '../theme/theme.ts';
import { keyFromHash, keyToHash } from './session-hash.ts';

export type Models = ResultOf<'models.list'>;

/** Everything the page knows and can do. Components read its signals and call it; it draws nothing. */
export interface Page {
  readonly connection: ReadonlySignal<ClientState>;
  readonly conversation: ReadonlySignal<Conversation | undefined>;
  readonly sessions: SessionList;
  readonly models: ReadonlySignal<Models | undefined>;
  readonly commands: ReadonlySignal<readonly Command[]>;
  readonly theme: Theme;
  readonly drafts: KeptText;
  /** The side bar of narrow screens. */
  readonly drawer: Signal<'open' | 'closed'>;
  /** The entry of a search hit that was chosen. */
  readonly found: Signal<number | undefined>;
  /** Text for the message box, put there from outside of it. */
  readonly suggestion: Signal<string | undefined>;
  readonly problem: ReadonlySignal<string | undefined>;
  open(sessionKey: string, seq?: number): void;
  startChat(): void;
  suggest(text: string, then: 'send' | 'edit'): void;
  chooseModel(model: string | null): void;
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
  /** The address bar and its changes. */
  readonly address: {
    readonly hash: () => string;
    readonly put: (hash: string) => void;
  };
}

export function createPage(deps: PageDeps): Page {
  const { client } = deps;
  const ending = new AbortController();
  const end = ending.signal;
  const connection = signal<ClientState>(client.state.current);
  const conversation = signal<Conversation | undefined>(undefined);
  const models = signal<Models | undefined>(undefined);
  const commands = signal<readonly Command[]>([]);
  const problem = signal<string | undefined>(undefined);
  const suggestion = signal<string | undefined>(undefined);
  const found = signal<number | undefined>(undefined);
  const drawer = signal<'open' | 'closed'>('closed');
  const sessions = createSessionList(deps, end);

  const report = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!end.aborted) problem.value = describe(error);
    });
  };
  const accepted = (sessionKey: string, text: string): void => {
    const known = sessions.sessions.value.find((one) => one.sessionKey.endsWith(`:${sessionKey}`));
    const isNew = sessionKey.startsWith(`${webPrefix}:`) && known?.title === undefined;
    if (isNew && !text.startsWith('/')) report(sessions.rename(sessionKey, titleFromMessage(text)));
    else sessions.refresh();
  };
  const show = (sessionKey: string): void => {
    if (conversation.value?.sessionKey === sessionKey) return;
    conversation.value?.close();
    conversation.value = openConversation({ ...deps, kept: deps.unsent, accepted }, sessionKey);
  };
  const open = (sessionKey: string, seq?: number): void => {
    deps.address.put(keyToHash(sessionKey));
    found.value = seq;
    drawer.value = 'closed';
    show(sessionKey);
  };
  const loadLists = async (): Promise<void> => {
    const [modelList, commandList] = await Promise.all([
      client.call('models.list', {}, end),
      client.call('commands.list', {}, end),
    ]);
    models.value = modelList;
    commands.value = commandList.commands;
  };

  const stops = [
    client.state.subscribe((state) => {
      connection.value = state;
      if (state.status !== 'open') return;
      report(loadLists());
      sessions.refresh();
      if (!conversation.value)
        show(keyFromHash(deps.address.hash()) ?? state.hello.snapshot.mainSessionKey);
    }),
    client.on('session', ({ kind }) => {
      if (kind !== 'inbound') sessions.refresh();
    }),
    // The order of the list and its counts follow the end of an answer.
    client.on('chat', ({ state }) => {
      if (state !== 'delta') sessions.refresh();
    }),
    client.on('config.changed', () => report(loadLists())),
    effect(() => {
      if (conversation.value) problem.value = conversation.value.problem.value;
    }),
  ];
  return {
    connection,
    conversation,
    sessions,
    models,
    commands,
    theme: deps.theme,
    drafts: deps.drafts,
    drawer,
    found,
    suggestion,
    problem,
    open,
    startChat: () => open(`${webPrefix}:${deps.newId().replaceAll('-', '').slice(-12)}`),
    suggest(text, then) {
      if (then === 'send') conversation.value?.send(text, []);
      else suggestion.value = text;
    },
    chooseModel(model) {
      const sessionKey = conversation.value?.sessionKey;
      if (sessionKey === undefined) return;
      const patch = client.call('sessions.patch', { sessionKey, model }, end);
      report(patch.then(() => sessions.refresh()));
    },
    retryNow: () => client.retryNow(),
    async logOut() {
      await deps.fetch('/auth/logout', { method: 'POST', credentials: 'same-origin', signal: end });
    },
    close() {
      for (const stop of stops) stop();
      conversation.value?.close();
      ending.abort();
      client.close();
    },
  };
}
