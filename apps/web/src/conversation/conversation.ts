import type { Client, FollowedSession } from '@cuttle/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { createApprovals } from './approvals.ts';
import { createCallNotes } from './call-notes.ts';
import { createFates } from './fates.ts';
import { createPacer, type Frames } from './frames.ts';
import type { KeptText } from './kept-text.ts';
import { createLazyFollow } from './lazy-follow.ts';
import { createOutbox, describe, type Upload } from './outbox.ts';
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
  /** What a request of this page was refused with, until the next one. */
  readonly problem: ReadonlySignal<string | undefined>;
  send(text: string, uploads: readonly Upload[]): void;
  retry(turnKey: string): void;
  discard(turnKey: string): void;
  stop(): void;
  decide(approvalId: string, decision: 'approved' | 'denied'): void;
  loadEarlier(): Promise<void>;
  close(): void;
}

export interface ConversationDeps {
  readonly client: Client;
  readonly frames: Frames;
  readonly kept: KeptText;
  readonly newId: () => string;
  readonly now: () => number;
  /** Called when a message was taken by the gateway, so that lists can show it. */
  readonly accepted: (sessionKey: string, text: string) => void;
}

export function openConversation(deps: ConversationDeps, sessionKey: string): Conversation {
  const { client } = deps;
  const ending = new AbortController();
  const end = ending.signal;
  const notes = createCallNotes();
  const remarks = signal<readonly Note[]>([]);
  const problem = signal<string | undefined>(undefined);
  const stopHearing = client.on('agent', (event) => notes.hear(event));
  const follow = createLazyFollow(client, { sessionKey, limit: pageSize }, end);
  const session = signal(follow.current);
  const approvals = createApprovals(client, end);
  const outbox = createOutbox(
    {
      ...deps,
      sessionKey,
      commanded: (command, reply) => {
        const afterSeq = session.value.entries.at(-1)?.seq ?? 0;
        const id = deps.newId();
        remarks.value = [...remarks.value, { id, afterSeq, command, text: reply }];
      },
      accepted: (text) => {
        follow.begin();
        deps.accepted(sessionKey, text);
      },
    },
    end,
  );
  const stored = computed(() => {
    const { entries } = session.value;
    return toStoredTurns(entries, outbox.keyOf);
  });
  const fates = createFates(client, end);
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

  const attempt = (work: Promise<unknown>): void => {
    problem.value = undefined;
    work.catch((error: unknown) => {
      if (!end.aborted) problem.value = describe(error);
    });
  };
  return {
    sessionKey,
    session,
    turns,
    busy: computed(() => session.value.activeRunId !== undefined),
    problem,
    send: outbox.send,
    retry: (turnKey) => retry({ turns: turns.value, outbox }, turnKey),
    discard: (turnKey) => outbox.discard(turnKey.replace(/^in:/, '')),
    stop: () => attempt(client.call('chat.abort', { sessionKey }, end)),
    decide: (approvalId, decision) => attempt(approvals.decide(approvalId, decision)),
    loadEarlier: () => follow.loadEarlier(end),
    close() {
      stopHearing();
      stopFollowing();
      pacer.stop();
      ending.abort();
    },
  };
}

const pageSize = 60;

type Outbox = ReturnType<typeof createOutbox>;

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
  const at = turns.findIndex(({ key }) => key === turnKey);
  const turn = turns[at];
  const isPending = outbox.pending.value.some(({ id }) => turnKey === `in:${id}`);
  if (isPending) outbox.retry(turnKey.replace(/^in:/, ''));
  else if (turn?.kind === 'user') outbox.send(turn.text, []);
  else {
    const said = turns.slice(0, at).findLast((one) => one.kind === 'user');
    if (said?.kind === 'user') outbox.send(said.text, []);
  }
}
