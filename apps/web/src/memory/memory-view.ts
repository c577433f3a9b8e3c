import type { Client } from '@cuttle/client';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';
import { createAttempt } from '../app/attempt.ts';

export type MemoryFileRow = ResultOf<'memory.list'>['files'][number];
export type MemoryHit = ResultOf<'memory.search'>['hits'][number];

/** A file of the memory that is looked at. */
export interface OpenFile {
  readonly path: string;
  readonly text: string;
  /** Undefined for one that is not there yet. */
  readonly hash: string | undefined;
  /** The lines of a passage that was found in it. */
  readonly passage: { readonly from: number; readonly to: number } | undefined;
}

/** What an agent remembers, looked at and edited by its owner. */
export interface MemoryView {
  readonly isOpen: ReadonlySignal<boolean>;
  readonly files: ReadonlySignal<readonly MemoryFileRow[] | undefined>;
  readonly query: ReadonlySignal<string>;
  /** Undefined where nothing is searched for. */
  readonly findings: ReadonlySignal<ResultOf<'memory.search'> | undefined>;
  readonly file: ReadonlySignal<OpenFile | undefined>;
  readonly mode: ReadonlySignal<'read' | 'edit'>;
  readonly problem: ReadonlySignal<string | undefined>;
  open(): void;
  close(): void;
  search(query: string): void;
  show(path: string, passage?: OpenFile['passage']): void;
  /** Back to the list, where both do not fit. */
  leave(): void;
  create(path: string): void;
  edit(): void;
  cancel(): void;
  save(text: string): void;
  /** The whole file. */
  remove(): void;
  removePassage(): void;
}

interface MemoryViewDeps {
  readonly client: Pick<Client, 'call'>;
  /** Calls once after a pause in the typing. Returns how to cancel. */
  readonly later: (callback: () => void, ms: number) => () => void;
  /** Whose memory: `agent:main:`, as keys of its sessions begin; nothing for the default agent. */
  readonly agentPlace: () => string;
}

const typingPauseMs = 180;

export function createMemoryView(deps: MemoryViewDeps, end: AbortSignal): MemoryView {
  const state = createState();
  const attempt = createAttempt(state.problem, end);
  const reads = createReads(deps, state, end);
  const { find, load, refresh } = reads;
  let cancel: (() => void) | undefined;
  return {
    ...state,
    open() {
      state.isOpen.value = true;
      state.file.value = undefined;
      attempt(refresh);
    },
    close() {
      state.isOpen.value = false;
    },
    search(query) {
      state.query.value = query;
      cancel?.();
      cancel = deps.later(() => attempt(find), typingPauseMs);
    },
    show: (path, passage) => attempt(() => load(path, passage)),
    leave() {
      state.file.value = undefined;
      state.problem.value = undefined;
    },
    create(path) {
      state.file.value = { path, text: '', hash: undefined, passage: undefined };
      state.mode.value = 'edit';
    },
    edit() {
      state.mode.value = 'edit';
    },
    cancel() {
      state.mode.value = 'read';
      state.problem.value = undefined;
      if (state.file.value?.hash === undefined) state.file.value = undefined;
    },
    ...createChanges({ state, attempt, reads, deps }, end),
  };
}

interface Reads {
  find(): Promise<void>;
  load(path: string, passage: OpenFile['passage']): Promise<void>;
  /** The list and what is searched for. */
  refresh(): Promise<unknown>;
}

function createReads(
  { client, agentPlace }: MemoryViewDeps,
  state: ReturnType<typeof createState>,
  end: AbortSignal,
): Reads {
  let round = 0;
  const list = async (): Promise<void> => {
    const { files } = await client.call('memory.list', { agentId: agentOf(agentPlace) }, end);
    state.files.value = files;
  };
  const find = async (): Promise<void> => {
    const mine = (round += 1);
    const query = state.query.value.trim();
    const ask = { agentId: agentOf(agentPlace), query, limit: 20 };
    const found = query === '' ? undefined : await client.call('memory.search', ask, end);
    // A later one has begun: its answer is the one to show.
    if (mine === round) state.findings.value = found;
  };
  return {
    find,
    refresh: () => Promise.all([list(), find()]),
    async load(path, passage) {
      const ask = { agentId: agentOf(agentPlace), path };
      const { text, hash } = await client.call('memory.get', ask, end);
      state.file.value = { path, text, hash, passage };
      state.mode.value = 'read';
    },
  };
}

function agentOf(agentPlace: () => string): string | undefined {
  return agentPlace().split(':')[1];
}

function createChanges(
  {
    state,
    attempt,
    reads: { load, refresh },
    deps: { client, agentPlace },
  }: {
    readonly state: ReturnType<typeof createState>;
    readonly attempt: (work: () => Promise<unknown>) => void;
    readonly reads: Reads;
    readonly deps: MemoryViewDeps;
  },
  end: AbortSignal,
): Pick<MemoryView, 'save' | 'remove' | 'removePassage'> {
  const place = (path: string): { agentId: string | undefined; path: string } => ({
    agentId: agentOf(agentPlace),
    path,
  });
  return {
    save(text) {
      const file = state.file.value;
      if (!file) return;
      const { path, hash: baseHash } = file;
      attempt(async () => {
        await client.call('memory.write', { ...place(path), text, baseHash }, end);
        await load(path, undefined);
        await refresh();
      });
    },
    remove() {
      const file = state.file.value;
      if (file?.hash === undefined) return;
      const params = { ...place(file.path), baseHash: file.hash };
      attempt(async () => {
        await client.call('memory.remove', params, end);
        state.file.value = undefined;
        await refresh();
      });
    },
    removePassage() {
      const file = state.file.value;
      if (file?.hash === undefined || !file.passage) return;
      const { path, hash: baseHash, passage } = file;
      attempt(async () => {
        await client.call('memory.remove', { ...place(path), baseHash, ...passage }, end);
        await load(path, undefined);
        await refresh();
      });
    },
  };
}

function createState() {
  return {
    isOpen: signal(false),
    files: signal<readonly MemoryFileRow[] | undefined>(undefined),
    query: signal(''),
    findings: signal<ResultOf<'memory.search'> | undefined>(undefined),
    file: signal<OpenFile | undefined>(undefined),
    mode: signal<'read' | 'edit'>('read'),
    problem: signal<string | undefined>(undefined),
  };
}
