import type { Client } from '@cuttle/client';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createAttempt } from '../app/attempt.ts';
import type { Question } from '../app/confirm-dialog.tsx';
import { describe } from '../conversation/outbox.ts';
import { createLinking, type Linking } from './linking.ts';

export type AccountRow = ResultOf<'channels.status'>['channels'][number];
export type Asking = ResultOf<'pairing.list'>['pairings'][number];
export type LetIn = ResultOf<'pairing.allowed'>['people'][number];
/** An account of a messenger. */
export type Place = Pick<AccountRow, 'channel' | 'account'>;

/** The accounts of messengers and who may write to them, as the gateway tells of them. */
export interface MessengersView {
  readonly isOpen: ReadonlySignal<boolean>;
  /** `undefined` until they are there. */
  readonly accounts: ReadonlySignal<readonly AccountRow[] | undefined>;
  /** Known also while it is closed, the next to end first. */
  readonly asking: ReadonlySignal<readonly Asking[]>;
  readonly letIn: ReadonlySignal<readonly LetIn[]>;
  /** What accounts answered when they were last tested, by `keyOf`. */
  readonly probes: ReadonlySignal<ReadonlyMap<string, string>>;
  readonly linking: ReadonlySignal<Linking | undefined>;
  readonly problem: ReadonlySignal<string | undefined>;
  open(): void;
  close(): void;
  probe(place: Place): void;
  logIn(place: Place): void;
  /** Looks at the login no longer. */
  leaveLogin(): void;
  /** Asks first. */
  logOut(row: AccountRow): void;
  decide(code: string, decision: 'approve' | 'refuse'): void;
  /** Asks first. */
  revoke(person: LetIn): void;
  /** Hears no more. */
  stop(): void;
}

export interface MessengersViewDeps {
  readonly client: Pick<Client, 'call' | 'on' | 'state'>;
  readonly now: () => number;
  /** Calls once after so many ms. Returns how to cancel. */
  readonly later: (callback: () => void, ms: number) => () => void;
  readonly ask: (question: Question) => void;
}

export function keyOf({ channel, account }: Place): string {
  return `${channel}/${account}`;
}

export function createMessengersView(deps: MessengersViewDeps, end: AbortSignal): MessengersView {
  const { client } = deps;
  const state = createState();
  const attempt = createAttempt(state.problem, end);
  const reads = createReads(deps, state, end);
  const linking = createLinking(client, end);
  const acts = { deps, state, reads, attempt };
  const stops = [
    client.state.subscribe(({ status }) => status === 'open' && reads.look()),
    client.on('pairing.changed', reads.look),
    client.on('channels.changed', () => state.isOpen.value && attempt(reads.accounts)),
    client.on('config.changed', () => state.isOpen.value && attempt(reads.accounts)),
  ];
  return {
    ...state,
    asking: computed(() => state.asking.value.toSorted(byEnd)),
    linking: linking.shown,
    open() {
      state.isOpen.value = true;
      state.probes.value = new Map();
      attempt(async () => {
        await Promise.all([reads.accounts(), reads.people()]);
      });
    },
    close() {
      state.isOpen.value = false;
      linking.leave();
    },
    logIn: (place) => attempt(() => linking.begin(place)),
    leaveLogin: linking.leave,
    ...createAccountActs(acts, end),
    ...createPeopleActs(acts, end),
    stop() {
      reads.stop();
      linking.leave();
      for (const stop of stops) stop();
    },
  };
}

function byEnd(one: Asking, other: Asking): number {
  return one.expiresAt.localeCompare(other.expiresAt);
}

interface State {
  readonly isOpen: Signal<boolean>;
  readonly accounts: Signal<readonly AccountRow[] | undefined>;
  readonly asking: Signal<readonly Asking[]>;
  readonly letIn: Signal<readonly LetIn[]>;
  readonly probes: Signal<ReadonlyMap<string, string>>;
  readonly problem: Signal<string | undefined>;
}

function createState(): State {
  return {
    isOpen: signal(false),
    accounts: signal<readonly AccountRow[] | undefined>(undefined),
    asking: signal<readonly Asking[]>([]),
    letIn: signal<readonly LetIn[]>([]),
    probes: signal<ReadonlyMap<string, string>>(new Map()),
    problem: signal<string | undefined>(undefined),
  };
}

interface Reads {
  accounts(): Promise<void>;
  people(): Promise<void>;
  /** `people`, where nobody asked for it: who may not know them sees none. */
  look(): void;
  stop(): void;
}

function createReads(
  { client, now, later }: MessengersViewDeps,
  state: State,
  end: AbortSignal,
): Reads {
  let cancel: (() => void) | undefined;
  const people = async (): Promise<void> => {
    const [{ pairings }, { people: letIn }] = await Promise.all([
      client.call('pairing.list', {}, end),
      client.call('pairing.allowed', {}, end),
    ]);
    state.asking.value = pairings;
    state.letIn.value = letIn;
    cancel?.();
    const ends = pairings.map(({ expiresAt }) => Date.parse(expiresAt));
    // That a code ends is no event: it is looked at again when the next one does.
    if (ends.length > 0) cancel = later(look, Math.max(1000, Math.min(...ends) - now()));
  };
  const look = (): void => {
    people().catch((error: unknown) => {
      if (end.aborted) return;
      // A lost connection looks again when it is back.
      if (isCuttleError(error, 'access.denied')) state.asking.value = [];
    });
  };
  return {
    people,
    look,
    async accounts() {
      const { channels } = await client.call('channels.status', {}, end);
      state.accounts.value = channels;
    },
    stop: () => cancel?.(),
  };
}

interface ActsDeps {
  readonly deps: MessengersViewDeps;
  readonly state: State;
  readonly reads: Reads;
  readonly attempt: (work: () => Promise<unknown>) => void;
}

function createAccountActs(
  { deps: { client, ask }, state, reads, attempt }: ActsDeps,
  end: AbortSignal,
): Pick<MessengersView, 'probe' | 'logOut'> {
  const tell = (place: Place, words: string): void => {
    state.probes.value = new Map(state.probes.value).set(keyOf(place), words);
  };
  const probe = async (place: Place): Promise<string> => {
    try {
      const {
        ok,
        name = '',
        detail = 'no reason given',
      } = await client.call('channels.probe', place, end);
      return ok ? `It answers as ${name}.` : `It does not answer: ${detail}`;
    } catch (error) {
      end.throwIfAborted();
      return `It does not answer: ${describe(error)}`;
    }
  };
  return {
    probe({ channel, account }) {
      const place = { channel, account };
      tell(place, 'Asking …');
      attempt(async () => {
        tell(place, await probe(place));
        await reads.accounts();
      });
    },
    logOut(row) {
      const { channel, account, name } = row;
      ask({
        title: `Log out of ${name ?? keyOf(row)}?`,
        text: 'The link with its phone ends, and nothing is received or sent there until somebody logs in again. Conversations stay.',
        yes: 'Log out',
        tone: 'danger',
        answer: async () => {
          await client.call('channels.logout', { channel, account }, end);
          await reads.accounts();
        },
      });
    },
  };
}

function createPeopleActs(
  { deps: { client, ask }, reads, attempt }: ActsDeps,
  end: AbortSignal,
): Pick<MessengersView, 'decide' | 'revoke'> {
  return {
    decide(code, decision) {
      attempt(async () => {
        try {
          await client.call(`pairing.${decision}`, { code }, end);
        } finally {
          await reads.people();
        }
      });
    },
    revoke({ channel, account, sender, name }) {
      ask({
        title: `Take back that ${name ?? sender} was let in?`,
        text: 'Their next message is a stranger’s again: it is not answered, and they are given a new code.',
        yes: 'Take back',
        tone: 'danger',
        answer: async () => {
          await client.call('pairing.revoke', { channel, account, sender }, end);
          await reads.people();
        },
      });
    },
  };
}
