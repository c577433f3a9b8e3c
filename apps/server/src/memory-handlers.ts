import { CuttleError } from '@cuttle/core-types/errors';
import type { MemoryHit } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { RootHandlers } from '@cuttle/gateway';
import {
  citationOf,
  everyReader,
  type Memory,
  type MemoryStatus,
  personOfFile,
  sharedWith,
} from '@cuttle/tools';

type MemoryHandlers = Pick<RootHandlers, Extract<keyof RootHandlers, `memory.${string}`>>;

interface MemoryParts {
  readonly memory: Memory;
  readonly agentIds: () => readonly string[];
}

/** What a person may do with what agents remember. */
export function createMemoryHandlers({ memory, agentIds }: MemoryParts): MemoryHandlers {
  const agentOf = ({ agentId }: { readonly agentId?: string | undefined }): string => {
    const [first = 'main'] = agentIds();
    if (agentId === undefined || agentIds().includes(agentId)) return agentId ?? first;
    throw new CuttleError('request.invalid', `There is no agent "${agentId}".`);
  };
  return {
    async 'memory.list'(params, _principal, signal) {
      const agentId = agentOf(params);
      const files = await memory.list(agentId, signal);
      return {
        agentId,
        files: files.map(({ path, bytes, chunks, changedAt, readers }) => {
          const person = personOfFile(path);
          const updatedAt = toIso(changedAt);
          const shared = [...sharedWith(path, readers)];
          return {
            path,
            bytes,
            chunks,
            updatedAt,
            shared,
            ...(person !== undefined && { person }),
          };
        }),
      };
    },
    'memory.get': async (params, _principal, signal) =>
      toText(await findFile(memory, { ...params, agentId: agentOf(params) }, signal), params),
    async 'memory.search'(params, _principal, signal) {
      const { query, limit } = params;
      const ask = { agentId: agentOf(params), readers: [everyReader], query, limit };
      const { hits, mode, reason } = await memory.search(ask, signal);
      return { mode, hits: hits.map(toHit), ...(reason !== undefined && { reason }) };
    },
    'memory.write': ({ path, text, baseHash, ...params }, _principal, signal) =>
      memory.write({ agentId: agentOf(params), path, text, baseHash }, signal),
    async 'memory.remove'({ path, baseHash, from, to = from, ...params }, _principal, signal) {
      const lines = from === undefined || to === undefined ? undefined : { from, to };
      await memory.remove({ agentId: agentOf(params), path, baseHash, lines }, signal);
      return { ok: true };
    },
    'memory.status': async (params, _principal, signal) =>
      toStatus(await memory.status(agentOf(params), signal)),
    'memory.reindex': async (params, _principal, signal) =>
      toStatus(await memory.rebuild(agentOf(params), signal)),
  };
}

type Found = NonNullable<Awaited<ReturnType<Memory['find']>>>;

async function findFile(
  memory: Memory,
  input: { readonly agentId: string; readonly path: string },
  signal: AbortSignal,
): Promise<Found> {
  const file = await memory.find(input, signal);
  if (file) return file;
  throw new CuttleError('memory.not-found', `There is no "${input.path}" in the memory.`);
}

function toText(
  { text, hash, changedAt }: Found,
  {
    path,
    from,
    to,
  }: { readonly path: string; readonly from: number; readonly to?: number | undefined },
): ResultOf<'memory.get'> {
  const updatedAt = toIso(changedAt);
  const lines = text.split('\n');
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (from === 1 && to === undefined)
    return { path, text, from, to: Math.max(1, count), lines: count, hash, updatedAt };
  const last = Math.min(to ?? count, count);
  const part = lines.slice(from - 1, last).join('\n');
  return { path, text: part, from, to: Math.max(from, last), lines: count, hash, updatedAt };
}

function toHit(hit: MemoryHit): ResultOf<'memory.search'>['hits'][number] {
  const { path, from, to, heading, text, taint, score, changedAt } = hit;
  const place = { citation: citationOf(hit), path, from, to };
  return { ...place, heading, text, taint: [...taint], score, updatedAt: toIso(changedAt) };
}

function toStatus({ model, reason, problems, ...counts }: MemoryStatus): ResultOf<'memory.status'> {
  return {
    ...counts,
    problems: [...problems],
    ...(model !== undefined && { model }),
    ...(reason !== undefined && { reason }),
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
