import type { Journal, MemoryFileRow, Reader } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import {
  type AgentMemory,
  type AgentMemoryDeps,
  createAgentMemory,
  type Findings,
  type MemoryStatus,
} from './agent-memory.ts';
import type { WorkspacePlace } from '../files/workspace.ts';
import { createMemoryFiles, type MemoryFiles, type MemoryText } from './memory-files.ts';
import { type Embedding, hashOf, type IndexJournal, type IndexReader } from './memory-index.ts';
import { homeOf, parseMemoryPath } from './memory-path.ts';
import { moveKeptValues } from './move-kept-values.ts';

export interface MemoryDeps extends Pick<AgentMemoryDeps, 'clock' | 'log'> {
  /** What an agent's memory is embedded by now; asked again each time. */
  embedding(agentId: string): Embedding | undefined;
  readonly journal: IndexJournal & Pick<Journal, 'removeValue'>;
  readonly reader: IndexReader & Pick<Reader, 'listNamespaces' | 'listValues'>;
  /** The workspace of an agent. It may not be there yet. */
  placeOf(agentId: string): WorkspacePlace;
}

export interface MemoryFile extends MemoryText {
  readonly hash: string;
}

/**
 * What agents remember: Markdown files of their workspaces, which are the truth, and an index over them. Contract:
 * - a write is on the disk when its promise resolves, whole or not at all, and never over what somebody else wrote meanwhile;
 * - a search sees every write of this program, and those of others soon after;
 * - a path that is no file of the memory throws `memory.invalid-path`, one that is not there `memory.not-found`.
 */
export interface Memory extends AsyncDisposable {
  /** Looks at the files of these agents, and from then on hears of their changes. Resolves when it has; never rejects. */
  start(agentIds: readonly string[]): Promise<void>;
  search(
    input: {
      readonly agentId: string;
      readonly readers: readonly string[];
      readonly query: string;
      readonly limit: number;
    },
    signal: AbortSignal,
  ): Promise<Findings>;
  list(agentId: string, signal: AbortSignal): Promise<readonly MemoryFileRow[]>;
  find(
    input: { readonly agentId: string; readonly path: string },
    signal: AbortSignal,
  ): Promise<MemoryFile | undefined>;
  /** Changes a text, or leaves it where `change` gives nothing; it may be asked several times. */
  change(
    input: {
      readonly agentId: string;
      readonly path: string;
      change(text: string | undefined): string | undefined;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** A person's own words for a whole file. `baseHash` is what they read, undefined for a new file; else `memory.stale`. */
  write(
    input: {
      readonly agentId: string;
      readonly path: string;
      readonly text: string;
      readonly baseHash: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<{ readonly hash: string }>;
  /** Takes away a file, or these lines of it (from 1, both included). Throws `memory.stale`. */
  remove(
    input: {
      readonly agentId: string;
      readonly path: string;
      readonly baseHash: string;
      readonly lines?: { readonly from: number; readonly to: number } | undefined;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** Takes away all that is remembered of a person, in every group too, with whatever else lies in their folder. Returns how many files went. */
  removePerson(
    input: { readonly agentId: string; readonly person: string },
    signal: AbortSignal,
  ): Promise<number>;
  status(agentId: string, signal: AbortSignal): Promise<MemoryStatus>;
  /** Reads all files anew, and embeds what is not embedded yet. */
  rebuild(agentId: string, signal: AbortSignal): Promise<MemoryStatus>;
}

interface OpenMemory extends AgentMemory {
  readonly files: MemoryFiles;
  readonly root: string;
}

type Opener = (agentId: string, signal: AbortSignal) => Promise<OpenMemory>;

export function createMemory(deps: MemoryDeps): Memory {
  const { clock, log } = deps;
  const end = new AbortController();
  const agents = createAgents(deps);
  const moving = createMove(deps, (agentId) => agents.of(agentId).files, end.signal);
  const at: Opener = async (agentId, signal) => {
    await moving();
    signal.throwIfAborted();
    return agents.of(agentId);
  };
  const look = async (agentId: string): Promise<void> => {
    try {
      const agent = await at(agentId, end.signal);
      await agent.files.sweep(clock.now());
      await agent.refresh(end.signal);
    } catch (error) {
      if (!end.signal.aborted) log.warn('The memory could not be read.', { agentId, error });
    }
  };
  const started: Promise<unknown>[] = [];
  return {
    async start(agentIds) {
      const looks = Promise.all(agentIds.map(look));
      started.push(looks);
      await looks;
    },
    search: async ({ agentId, ...input }, signal) =>
      (await at(agentId, signal)).search(input, signal),
    async list(agentId, signal) {
      const agent = await at(agentId, signal);
      await agent.refresh(signal);
      return agent.index.list();
    },
    ...createEdits(at),
    status: async (agentId, signal) => (await at(agentId, signal)).status(signal),
    async rebuild(agentId, signal) {
      const agent = await at(agentId, signal);
      await agent.rebuild();
      return agent.status(signal);
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('The memory is closed.'));
      await Promise.all(started);
      await agents.close();
    },
  };
}

/** The open memories by agent, each over the workspace that the agent has now. */
function createAgents(deps: MemoryDeps): {
  of(agentId: string): OpenMemory;
  close(): Promise<void>;
} {
  const agents = new Map<string, OpenMemory>();
  const closing: Promise<void>[] = [];
  return {
    of(agentId) {
      const place = deps.placeOf(agentId);
      const known = agents.get(agentId);
      if (known?.root === place.root) return known;
      // The owner gave this agent another folder.
      if (known) closing.push(Promise.resolve(known[Symbol.asyncDispose]()));
      const { root } = place;
      const files = createMemoryFiles(place);
      const embedding = (): Embedding | undefined => deps.embedding(agentId);
      const memory = createAgentMemory({ ...deps, agentId, root, files, embedding });
      const made = { ...memory, files, root };
      agents.set(agentId, made);
      return made;
    },
    async close() {
      await Promise.all(closing);
      await Promise.all([...agents.values()].map((agent) => agent[Symbol.asyncDispose]()));
    },
  };
}

function createEdits(
  at: Opener,
): Pick<Memory, 'find' | 'change' | 'write' | 'remove' | 'removePerson'> {
  const find: Memory['find'] = async ({ agentId, path }, signal) => {
    const agent = await at(agentId, signal);
    const file = await agent.files.find(parseMemoryPath(path));
    return file && { ...file, hash: await hashOf(file.text) };
  };
  return {
    find,
    async change({ agentId, path, change }, signal) {
      const agent = await at(agentId, signal);
      await agent.files.change(parseMemoryPath(path), change);
      agent.changed();
    },
    async write({ agentId, path, text, baseHash }, signal) {
      const agent = await at(agentId, signal);
      await agent.files.change(parseMemoryPath(path), async (found) => {
        await checkBase(path, found, baseHash);
        return text;
      });
      agent.changed();
      return { hash: await hashOf(text) };
    },
    async remove({ agentId, path, baseHash, lines }, signal) {
      const agent = await at(agentId, signal);
      if (lines)
        await agent.files.change(parseMemoryPath(path), async (found) => {
          await checkBase(path, found, baseHash);
          return found
            ?.split('\n')
            .toSpliced(lines.from - 1, lines.to - lines.from + 1)
            .join('\n');
        });
      else {
        const file = await find({ agentId, path }, signal);
        await checkBase(path, file?.text, baseHash);
        if (file) await agent.files.remove(path, file.stamp);
      }
      agent.changed();
    },
    async removePerson({ agentId, person }, signal) {
      const home = homeOf(person);
      if (home === '') throw new CuttleError('memory.invalid-path', 'The owner has no folder.');
      const agent = await at(agentId, signal);
      const count = await agent.files.removeFolder(home);
      agent.changed();
      // The index too, before this is said to be done.
      await agent.refresh(signal);
      return count;
    },
  };
}

async function checkBase(
  path: string,
  found: string | undefined,
  baseHash: string | undefined,
): Promise<void> {
  if (found === undefined && baseHash !== undefined)
    throw new CuttleError('memory.not-found', `There is no "${path}" in the memory.`);
  if (found !== undefined && (await hashOf(found)) !== baseHash)
    throw new CuttleError('memory.stale', `"${path}" has changed since it was read.`);
}

/** Moves what rows of the store held into files, before anything else is asked of the memory. */
function createMove(
  { reader, journal, log }: MemoryDeps,
  filesOf: (agentId: string) => MemoryFiles,
  end: AbortSignal,
): () => Promise<void> {
  let moved: Promise<void> | undefined;
  const move = async (): Promise<void> => {
    try {
      await moveKeptValues({ reader, journal, filesOf }, end);
    } catch (error) {
      // It is tried again with the next question; the rows keep what they hold.
      moved = undefined;
      if (!end.aborted) log.warn('What was remembered could not be moved into files.', { error });
    }
  };
  return () => (moved ??= move());
}
