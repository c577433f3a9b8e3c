import {
  buildNotesRequest,
  type CompactionPlan,
  type ContextEntry,
  parseNotes,
} from '@cuttle/agent';
import type { Principal, TaintSource } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { ClaimedRun } from '@cuttle/core-types/ports';
import { isOwner } from '@cuttle/security/policy';
import type { RunState } from './run-state.ts';
import { askSummariser, type Summary } from './summarise.ts';

/** Whose memory notes belong to, and under which key. */
export interface NotePlace {
  readonly agentId: string;
  readonly principal: Principal;
  readonly sessionKey: string;
  /** Unix ms: the day they belong to. The same for the same key. */
  readonly at: number;
  readonly key: string;
}

/** Where facts are kept beyond a conversation. Contract: what was appended under a key is there once, however often it is asked for. */
export interface ConversationNotes {
  /** Whether something was appended under this key. */
  has(place: NotePlace, signal: AbortSignal): Promise<boolean>;
  /** Resolves when all notes are kept, or none of them is. */
  append(
    notes: NotePlace & {
      readonly notes: readonly string[];
      readonly taint: readonly TaintSource[];
    },
    signal: AbortSignal,
  ): Promise<void>;
}

/** Whoever may not call this tool has nothing remembered of their words. */
const toolName = 'memory_append';

/**
 * Asks which facts of the entries that disappear behind a summary are worth keeping, and keeps them: once for each chunk, also over a cut, by a
 * key that a repeated compaction of the run has too. Returns the call, to be counted with the summary. Whatever fails is logged, and the
 * summary is made; rejects with the reason of an abort alone, and where the store is lost.
 */
export async function flushMemory(
  state: RunState,
  about: { readonly step: number; readonly room: number; readonly plan: CompactionPlan },
  signal: AbortSignal,
): Promise<Summary | undefined> {
  const { kernel, claimed } = state;
  let call: Summary | undefined;
  try {
    if (!kernel.notes || !isRemembered(state)) return undefined;
    const { runId, agentId, principal, sessionKey, createdAt: at } = claimed;
    const key = `flush:${runId}:${about.step}:${about.plan.uptoSeq}`;
    const place: NotePlace = { agentId, principal, sessionKey, at, key };
    if (await kernel.notes.has(place, signal)) return undefined;
    const chunk = await ownEntries(state, about.plan.chunk);
    if (chunk.length === 0) return undefined;
    const { step, room } = about;
    const answer = await askSummariser(
      state,
      { step, toRequest: (model) => buildNotesRequest({ model, chunk }, room, state.fit.meter) },
      signal,
    );
    call = answer;
    kernel.point('compaction.flush.after.model');
    const notes = parseNotes(answer.text);
    if (notes.length === 0) return call;
    await kernel.notes.append({ ...place, notes, taint: [...state.taint] }, signal);
    kernel.point('compaction.flush.after.append');
  } catch (error) {
    signal.throwIfAborted();
    if (isCuttleError(error, 'run.fence-lost', 'store.failed', 'store.full')) throw error;
    kernel.log.warn('What a summary leaves out could not be remembered.', {
      runId: claimed.runId,
      error,
    });
  }
  return call;
}

/** A conversation that lasts, with somebody for whom the agent may remember. */
function isRemembered({ kernel, claimed, context }: RunState): boolean {
  const { route, subagent } = claimed;
  if (!kernel.settings().flushMemory || subagent) return false;
  if (route.kind === 'pull' && route.stateless) return false;
  return context.tools.some(({ name }) => name === toolName);
}

/** What the run's own person said and was answered: where several speak, nothing of one is remembered of another. */
async function ownEntries(
  { kernel, claimed }: RunState,
  chunk: CompactionPlan['chunk'],
): Promise<readonly ContextEntry[]> {
  const persons = new Map<string, boolean>();
  const own: ContextEntry[] = [];
  for (const entry of chunk) {
    const id = saidIn(entry);
    if (id === undefined) continue;
    const known = persons.get(id) ?? (await isOfPerson(kernel, { id, claimed }));
    persons.set(id, known);
    if (known) own.push(entry);
  }
  return own;
}

/** The inbound of an entry, or that which its run answers: a run has the id of its first. */
function saidIn(
  entry: ContextEntry & { readonly inboundId?: string | undefined },
): string | undefined {
  return entry.inboundId ?? entry.runId;
}

async function isOfPerson(
  { store }: RunState['kernel'],
  { id, claimed }: { readonly id: string; readonly claimed: ClaimedRun },
): Promise<boolean> {
  const found = await store.reader.findInbound({ inboundId: id });
  return found !== undefined && personOf(found.principal) === personOf(claimed.principal);
}

function personOf(principal: Principal): string {
  return isOwner(principal) ? 'owner' : `person ${principal.personId ?? principal.id}`;
}
