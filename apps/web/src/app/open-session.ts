import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  type Conversation,
  type ConversationDeps,
  openConversation,
} from '../conversation/conversation.ts';
import type { SessionSummary } from '@cuttle/core-types/protocol';
import type { SessionList } from '../sessions/session-list.ts';
import { titleFromMessage, toTitle, webPrefix } from '../sessions/session-title.ts';
import { keyToHash } from './session-hash.ts';

/** Which session the page shows. */
export interface OpenSession {
  readonly conversation: ReadonlySignal<Conversation | undefined>;
  readonly facts: ReadonlySignal<SessionFacts>;
  /** The search hit that was chosen, until it is in view. */
  readonly found: Signal<FoundEntry | undefined>;
  /** Shows a session and puts it into the address bar. */
  open(sessionKey: string, found?: FoundEntry): void;
  /** Shows a session and leaves the address bar alone. */
  show(sessionKey: string): void;
  /** `agentId`: with another agent than the one that is open. */
  startChat(agentId?: string): void;
  close(): void;
}

/** An entry that a search found, and the words in it that were searched for. */
export interface FoundEntry {
  readonly seq: number;
  readonly words: readonly string[];
}

export interface SessionFacts {
  readonly sessionKey: string;
  readonly title: string;
  /** Undefined until the gateway knows it: a new chat is known from its first message on. */
  readonly stored: SessionSummary | undefined;
}

export interface OpenSessionDeps extends Omit<ConversationDeps, 'accepted'> {
  readonly sessions: SessionList;
  readonly report: (work: Promise<unknown>) => void;
  readonly putHash: (hash: string) => void;
  /** What the keys of the agent that is open begin with: `agent:main:`. */
  readonly agentPlace: () => string;
}

export function createOpenSession(deps: OpenSessionDeps): OpenSession {
  const { sessions } = deps;
  const conversation = signal<Conversation | undefined>(undefined);
  const found = signal<FoundEntry | undefined>(undefined);
  /** New chats of this page: their first message becomes their title. */
  const untitled = new Set<string>();
  const accepted = (sessionKey: string, text: string): void => {
    const isWords = text.trim() !== '' && !text.startsWith('/');
    if (isWords && untitled.delete(sessionKey))
      deps.report(sessions.rename(sessionKey, titleFromMessage(text)));
    else sessions.refresh();
  };
  const show = (sessionKey: string): void => {
    if (conversation.value?.sessionKey === sessionKey) return;
    conversation.value?.close();
    conversation.value = openConversation({ ...deps, accepted }, sessionKey);
  };
  const open = (sessionKey: string, entry?: FoundEntry): void => {
    deps.putHash(keyToHash(sessionKey));
    found.value = entry;
    show(sessionKey);
    // Its name, where the list does not show it.
    if (!sessions.known.value.has(sessionKey)) sessions.refresh();
  };
  const facts = computed(() => factsOf(conversation.value, sessions));
  return {
    conversation,
    facts,
    found,
    show,
    open,
    startChat(agentId) {
      const place = agentId === undefined ? deps.agentPlace() : `agent:${agentId}:`;
      const sessionKey = `${place}${webPrefix}:${deps.newId().slice(-12)}`;
      untitled.add(sessionKey);
      open(sessionKey);
    },
    close: () => conversation.value?.close(),
  };
}

function factsOf(conversation: Conversation | undefined, sessions: SessionList): SessionFacts {
  const sessionKey = conversation?.session.value.sessionKey ?? '';
  const stored = sessions.known.value.get(sessionKey);
  const isEmpty = conversation?.turns.value.length === 0;
  const title =
    !stored && isEmpty && isWebKey(sessionKey) ? 'New chat' : toTitle(stored ?? { sessionKey });
  return { sessionKey, title, stored };
}

/** `web:1f…`, or the gateway's full form of it. */
function isWebKey(sessionKey: string): boolean {
  return new RegExp(`^(?:agent:[^:]+:)?${webPrefix}:`).test(sessionKey);
}
