import type { Client, FollowedSession } from '@cuttle/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { createAttempt } from '../app/attempt.ts';
import { createApprovals } from './approvals.ts';
import { createCallNotes } from './call-notes.ts';
import { createFates } from './fates.ts';
import { createPacer, type Frames } from './frames.ts';
import type { KeptText } from './kept-text.ts';
import { createOutbox, type Outbox, type Upload } from './outbox.ts';
import type { SubagentReport } from '@cuttle/core-types/protocol';
import { createSubagentList, type SubagentAsk } from '../subagents/subagent-list.ts';
import { toLiveTurns } from '../timeline/live-turns.ts';
import { type Note, withFates, withNotes } from '../timeline/page-turns.ts';
import { toStoredTurns } from '../timeline/stored-turns.ts';
import type { Turn } from '../timeline/turns.ts';

/** One session as the page shows it, and what a person can do in it. */
export interface Conversation {
  /** As it was asked for; `session.value.sessionKey` is the full key. */
  readonly sessionKey: string;
  readonly session: ReadonlySignal<FollowedSession>;
  readonly turns: ReadonlySignal<readonly Turn[]>;
  readonly busy: ReadonlySignal<boolean>;
  /** Of all runs of the session, with all below them. */
  readonly subagents: ReadonlySignal<readonly SubagentReport[]>;
  /** What they wait for an approval of; `decide` decides it like the session's own. */
  readonly subagentAsks: ReadonlySignal<readonly SubagentAsk[]>;
  /** What a request of this page was refused with, until the next one. */
  readonly problem: ReadonlySignal<string | undefined>;
  send(text: string, uploads: readonly Upload[]): void;
  retry(turnKey: string): void;
  discard(turnKey: string): void;
  stop(): void;
  decide(approvalId: string, decision: 'approved' | 'denied'): void;
  stopSubagent(id: string): void;
  loadEarlier(): Promise<void>;
  close(): void;
}

export interface ConversationDeps {
  readonly client: Client;
  readonly frames: Frames;
  readonly kept: KeptText;
  readonly newId: () => string;
  readonly now: () => number;
  readonly later: (callback: () => void, ms: number) => () => void;
  /** Called when a message was taken by the gateway, so that lists can show it. */
  readonly accepted: (sessionKey: string, text: string) => void;
}

const pageSize = 60;

export function openConversation(deps: ConversationDeps, sessionKey: string): Conversation {
  const { client } = deps;
  const ending = new AbortController();
  const end = ending.signal;
  const view = watchSession(deps, sessionKey, end);
  const { session, turns, outbox, approvals } = view;
  const subagents = createSubagentList(deps, sessionKey, end);
  const problem = signal<string | undefined>(undefined);
  const attempt = createAttempt(problem, end);
  return {
    sessionKey,
    session,
    turns,
    busy: computed(() => session.value.activeRunId !== undefined),
    problem,
    subagents: subagents.known,
    subagentAsks: subagents.asks,
    send(text, uploads) {
      problem.value = undefined;
      outbox.send(text, uploads);
    },
    retry: (turnKey) => retry({ turns: turns.value, outbox }, turnKey),
    discard: (turnKey) => outbox.discard(idOf(turnKey)),
    stop: () => attempt(() => client.call('chat.abort', { sessionKey }, end)),
    decide: (approvalId, decision) =>
      attempt(() => approvals.decide(approvalId, decision).finally(subagents.look)),
    stopSubagent: (id) => attempt(() => subagents.stopOne(id)),
    loadEarlier: view.loadEarlier,
    close() {
      view.stop();
      subagents.close();
      ending.abort();
    },
  };
}

interface SessionWatch {
  readonly session: ReadonlySignal<FollowedSession>;
  readonly turns: ReadonlySignal<readonly Turn[]>;
  readonly outbox: Outbox;
  readonly approvals: ReturnType<typeof createApprovals>;
  loadEarlier(): Promise<void>;
  stop(): void;
}

/** The session as it changes, drawn at the pace of the page. */
function watchSession(deps: ConversationDeps, sessionKey: string, end: AbortSignal): SessionWatch {
  const { client } = deps;
  const notes = createCallNotes();
  // Before the session itself, so that a call's place is known when the call is.
  const stopHearing = client.on('agent', (event) => notes.hear(event));
  const follow = client.follow(sessionKey, { limit: pageSize }, end);
  const session = signal(follow.current);
  const remarks = signal<readonly Note[]>([]);
  const approvals = createApprovals(client, end);
  const fates = createFates(client, end);
  const commanded = (command: string, text: string): void => {
    const afterSeq = session.value.entries.at(-1)?.seq ?? 0;
    const at = new Date(deps.now()).toISOString();
    remarks.value = [...remarks.value, { id: deps.newId(), afterSeq, at, command, text }];
  };
  const accepted = (text: string): void => deps.accepted(sessionKey, text);
  const outbox = createOutbox({ ...deps, sessionKey, commanded, accepted }, end);
  const entries = computed(() => session.value.entries);
  const stored = computed(() => toStoredTurns(entries.value, outbox.keyOf));
  const turns = computed(() => {
    const live = toLiveTurns(stored.value, {
      session: session.value,
      pending: outbox.pending.value,
      approvals: approvals.waiting.value,
      keyOf: outbox.keyOf,
      callNote: notes.find,
    });
    return withNotes(withFates(live, fates.known.value), remarks.value);
  });
  const draw = async (): Promise<void> => {
    const next = follow.current;
    settleShown(outbox, next);
    session.value = next;
    approvals.look(next);
    fates.look(turns.value, next);
    // Preact draws in a microtask; the pace is measured to the end of it.
    await Promise.resolve();
    await Promise.resolve();
  };
  const pacer = createPacer(deps.frames, draw);
  const stopFollowing = follow.subscribe(() => pacer.ask());
  pacer.ask();
  const loadEarlier = (): Promise<void> => follow.loadEarlier(end);
  const stop = (): void => {
    stopHearing();
    stopFollowing();
    pacer.stop();
  };
  return { session, turns, outbox, approvals, loadEarlier, stop };
}

function settleShown(outbox: Outbox, session: FollowedSession): void {
  if (outbox.pending.value.length === 0) return;
  const shown = new Set(session.entries.map(({ inboundId }) => inboundId));
  outbox.settle((inboundId) => shown.has(inboundId));
}

/** A message that never left is sent again as itself; one that was answered with a failure is said again. */
function retry(
  { turns, outbox }: { turns: readonly Turn[]; outbox: Outbox },
  turnKey: string,
): void {
  if (outbox.pending.value.some(({ id }) => id === idOf(turnKey))) {
    outbox.retry(idOf(turnKey));
    return;
  }
  const at = turns.findIndex(({ key }) => key === turnKey);
  const said = turns.slice(0, at + 1).findLast((turn) => turn.kind === 'user');
  if (said?.kind === 'user') outbox.send(said.text, []);
}

/** The turn of a message of this page is named by the message's id. */
function idOf(turnKey: string): string {
  return turnKey.replace(/^in:/, '');
}
