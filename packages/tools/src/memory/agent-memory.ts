import type { MemoryHit } from '@cuttle/core-types/ports';
import { createFreshness } from './freshness.ts';
import { createMeaning } from './meaning.ts';
import { fuseRanks } from './rank-fusion.ts';
import {
  createMemoryIndex,
  type Embedding,
  type IndexDeps,
  type MemoryIndex,
  modelOf,
} from './memory-index.ts';

/** How a search was done, and why not better. */
export interface Findings {
  readonly hits: readonly MemoryHit[];
  readonly mode: 'hybrid' | 'text';
  /** Why only by words. */
  readonly reason: string | undefined;
}

export interface MemoryStatus {
  readonly files: number;
  readonly chunks: number;
  /** Chunks that can be found by meaning. */
  readonly embedded: number;
  /** `<service>/<model>`; undefined where none is set up. */
  readonly model: string | undefined;
  readonly mode: 'hybrid' | 'text';
  readonly reason: string | undefined;
  readonly watching: boolean;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** One agent's memory, found by words and by meaning. */
export interface AgentMemory extends AsyncDisposable {
  readonly index: MemoryIndex;
  search(
    input: { readonly readers: readonly string[]; readonly query: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<Findings>;
  /** Brings the index to what is on the disk, if anything may have changed. */
  refresh(signal: AbortSignal): Promise<void>;
  rebuild(): Promise<void>;
  /** A file was changed by us. */
  changed(): void;
  status(signal: AbortSignal): Promise<MemoryStatus>;
}

export interface AgentMemoryDeps extends IndexDeps {
  readonly root: string;
  readonly embedding: () => Embedding | undefined;
}

/** Hits of each kind that are put in one order. */
const candidates = 40;

export function createAgentMemory(deps: AgentMemoryDeps): AgentMemory {
  const { reader, agentId, root, clock } = deps;
  const index = createMemoryIndex(deps);
  const end = new AbortController();
  const work = createBackground(deps, end.signal);
  const meaning = createMeaning({ ...deps, index });
  const fresh = createFreshness({
    root,
    index,
    clock,
    end: end.signal,
    own: work.own,
    onFresh(what) {
      const isEmbedded = what === 'same' && meaning.embeddedBy() === meaning.modelNow();
      if (!isEmbedded) work.own(() => meaning.embedMissing(end.signal));
    },
  });
  const { refresh, changed } = fresh;
  return {
    index,
    refresh,
    changed,
    async rebuild() {
      meaning.retry();
      await fresh.rebuild();
      await meaning.embedMissing(end.signal);
    },
    async search({ readers, query, limit }, signal) {
      await refresh(signal);
      const ask = { agentId, readers, limit: Math.max(candidates, limit) };
      const [byText, question] = await Promise.all([
        reader.searchMemoryText({ ...ask, query }),
        meaning.ask(query, signal),
      ]);
      if (!question) return { hits: byText.slice(0, limit), mode: 'text', reason: meaning.why() };
      const byMeaning = await reader.searchMemoryVectors({ ...ask, ...question });
      const fused = fuseRanks([byText, byMeaning], ({ chunkId }) => chunkId);
      const hits = fused.slice(0, limit).map(({ item, score }) => ({ ...item, score }));
      return { hits, mode: 'hybrid', reason: undefined };
    },
    async status(signal) {
      await refresh(signal);
      const service = deps.embedding();
      const model = service && modelOf(service);
      const counts = await reader.countMemory({ agentId, model: model ?? '' });
      const reason = meaning.why();
      const mode = reason === undefined ? 'hybrid' : 'text';
      const watching = fresh.isWatching;
      return { ...counts, model, mode, reason, watching, problems: index.problems() };
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('The memory is closed.'));
      fresh[Symbol.dispose]();
      await work.done();
    },
  };
}

/** Work that nobody waits for; it ends with the memory. */
function createBackground(
  { log, agentId }: AgentMemoryDeps,
  end: AbortSignal,
): { own(work: () => Promise<void>): void; done(): Promise<unknown> } {
  const under = new Set<Promise<void>>();
  return {
    own(work) {
      const mine = work()
        .catch((error: unknown) => {
          if (!end.aborted) log.warn('The memory could not be indexed.', { agentId, error });
        })
        .finally(() => under.delete(mine));
      under.add(mine);
    },
    done: () => Promise.all(under),
  };
}
