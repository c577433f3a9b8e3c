import {
  collectFacts,
  type CompactionPlan,
  type ContextEntry,
  type ContextRoom,
  type ContextView,
  digestEntries,
  fitContext,
  mergeFacts,
  planCompaction,
  toSummaryMessages,
} from '@cuttle/agent';
import type { Message, SummaryBody } from '@cuttle/core-types';
import { flushMemory } from './flush-memory.ts';
import { publish, type RunState } from './run-state.ts';
import { readEntries, readMessages } from './read-messages.ts';
import { type Summary, summarise } from './summarise.ts';

interface Crowd {
  readonly step: number;
  readonly room: ContextRoom;
  /** What does not fit, as it would be shown. */
  readonly view: ContextView;
  /** The service refused what we thought would fit, or somebody asked for it. */
  readonly isForced: boolean;
  /** Tokens whose newest part stays; absent: the room of the view. */
  readonly keep?: number | undefined;
}

/** A chunk that is less than this share of the room, and less than so many entries, is not worth a call. */
const leastShare = 0.1;
const leastEntries = 20;
/** A summariser that cannot read a chunk is given half of it, so often. */
const mostHalves = 4;

/**
 * Makes one summary of the oldest entries of a run's view and gives the transcript that follows from it; `undefined` where nothing is to be
 * summarised. Each call of the summariser is committed with the open step's boundary before the next one is made, so a cut costs one call.
 */
export async function compact(
  state: RunState,
  crowd: Crowd,
  signal: AbortSignal,
): Promise<{ readonly messages: readonly Message[] } | undefined> {
  const { kernel, claimed, fit } = state;
  const { step } = crowd;
  const entries = await entriesOf(state);
  const first = plan(state, entries, { crowd, chunk: crowd.view.room });
  if (!first || !isWorth(first, state, crowd)) return undefined;
  await kernel.beforeCompaction?.(
    {
      key: `${claimed.runId}:${step}:${first.uptoSeq}`,
      run: claimed,
      messages: first.chunk.flatMap(({ messages }) => messages),
    },
    signal,
  );
  await begin(state, { step, uptoSeq: first.uptoSeq });
  const made = await write(state, { crowd, entries, first }, signal);
  if (!made) return undefined;
  const flushed = made.summary
    ? await flushMemory(state, { step, room: crowd.view.room, plan: made.planned }, signal)
    : undefined;
  await commit(state, { crowd, entries, ...made, flushed });
  const boundary = { uptoSeq: fit.uptoSeq, summaryUpto: fit.summaryUpto, begunAt: 0 };
  const read = await readMessages(kernel, claimed, { ...boundary, isBounded: false });
  fit.base = fit.uptoSeq - read.entries;
  fit.summary = read.summary;
  return { messages: await state.showMedia(read.messages, signal) };
}

async function entriesOf({ kernel, claimed, fit }: RunState): Promise<readonly ContextEntry[]> {
  const { uptoSeq, summaryUpto = 0 } = fit;
  if (fit.summaryUpto !== undefined && !fit.summary) {
    const { sessionId, generation } = claimed;
    const found = await kernel.store.reader.findSummary({
      sessionId,
      generation,
      uptoSeq: fit.summaryUpto,
    });
    fit.summary = found?.body;
  }
  return readEntries(kernel, claimed, { afterSeq: summaryUpto, uptoSeq });
}

function plan(
  { fit, claimed, kernel }: RunState,
  entries: readonly ContextEntry[],
  { crowd, chunk }: { readonly crowd: Crowd; readonly chunk: number },
): CompactionPlan | undefined {
  const previous = fit.summary;
  // What this run began before a cut, it goes on with.
  const isOurs = previous?.runId === claimed.runId && previous.target > (fit.summaryUpto ?? 0);
  const target = isOurs ? previous.target : undefined;
  const { room } = crowd.view;
  const kept = crowd.keep ?? (crowd.isForced ? room / 2 : room);
  const keptEntries = Math.floor(kernel.settings().windowEntries / 2);
  const limits = { kept, keptEntries, chunk };
  return planCompaction(entries, limits, { meter: fit.meter, previous, target });
}

function isWorth(
  { chunk, target, uptoSeq }: CompactionPlan,
  { fit }: RunState,
  crowd: Crowd,
): boolean {
  if (crowd.isForced || target > uptoSeq || chunk.length >= leastEntries) return true;
  const tokens = chunk.reduce((sum, { messages }) => sum + fit.meter.ofMessages(messages), 0);
  return tokens > crowd.view.room * leastShare;
}

async function begin(state: RunState, about: { step: number; uptoSeq: number }): Promise<void> {
  const { kernel, claimed } = state;
  const { runId, fence } = claimed;
  const { events } = await kernel.store.journal.beginCompaction({ runId, fence, ...about });
  publish(state, { type: 'compaction.start' }, events);
}

interface Made {
  readonly planned: CompactionPlan;
  readonly summary: Summary | undefined;
}

/** Asks for the summary; a chunk that is too long for the summariser is halved. */
async function write(
  state: RunState,
  {
    crowd,
    entries,
    first,
  }: {
    readonly crowd: Crowd;
    readonly entries: readonly ContextEntry[];
    readonly first: CompactionPlan;
  },
  signal: AbortSignal,
): Promise<Made | undefined> {
  const { kernel, claimed, context, fit } = state;
  let planned = first;
  let chunk = crowd.view.room;
  for (let halves = 0; halves < mostHalves; halves += 1) {
    const asked = {
      step: crowd.step,
      chunk: planned.chunk,
      previous: fit.summary,
      instructions: context.body?.task?.instructions,
      room: chunk,
    };
    const answer = await summarise(state, asked, signal);
    if (answer.kind === 'summary') return { planned, summary: answer.summary };
    kernel.log.warn('A summary could not be written.', {
      runId: claimed.runId,
      code: answer.code,
    });
    if (answer.code !== 'provider.overflow') break;
    chunk = Math.floor(chunk / 2);
    planned = plan(state, entries, { crowd, chunk }) ?? planned;
  }
  // What fits without one goes on, and asks again next time.
  const { view, room, isForced } = crowd;
  const fits = view.tokens <= room.window && room.refusals === 0 && !isForced;
  return fits ? undefined : { planned, summary: undefined };
}

async function commit(
  state: RunState,
  {
    crowd,
    entries,
    planned,
    summary,
    flushed,
  }: {
    crowd: Crowd;
    entries: readonly ContextEntry[];
    flushed: Summary | undefined;
  } & Made,
): Promise<void> {
  const { kernel, claimed, context, fit } = state;
  const { runId, fence } = claimed;
  const { uptoSeq } = planned;
  const made = bodyOf(state, { planned, summary, room: crowd.view.room });
  const body: SummaryBody = { ...made, ...(flushed && { flushed: true }) };
  const rest = entries.filter(({ seq }) => seq > uptoSeq).flatMap(({ messages }) => messages);
  const after = fitContext([...toSummaryMessages(body), ...rest], crowd.room, fit);
  kernel.point('compaction.before.commit');
  summary?.settle();
  flushed?.settle();
  const { events } = await kernel.store.journal.recordCompaction({
    runId,
    fence,
    step: crowd.step,
    uptoSeq,
    body,
    call: summary && { ...summary.call, personId: claimed.principal.id },
    flush: flushed && { ...flushed.call, personId: claimed.principal.id },
    contextTokens: after.tokens,
  });
  kernel.point('compaction.after.commit');
  state.reservedStep = undefined;
  fit.summaryUpto = uptoSeq;
  fit.summary = undefined;
  publish(state, { type: 'compaction.end', uptoSeq }, events);
  kernel.log.info('A conversation was summarised.', {
    runId,
    uptoSeq,
    entries: body.entries,
    by: body.by,
    model: body.model ?? context.model.ref,
  });
}

function bodyOf(
  { claimed, context, fit }: RunState,
  { planned, summary, room }: Made & { readonly room: number },
): SummaryBody {
  const previous = fit.summary;
  const { chunk, kept, target } = planned;
  const facts = collectFacts(chunk.flatMap(({ messages }) => messages));
  const instructions = context.body?.task?.instructions;
  return {
    v: 1,
    text: summary?.text ?? digestEntries(previous, chunk, room),
    facts: mergeFacts(previous?.facts, facts),
    kept: [...kept],
    by: summary ? 'model' : 'digest',
    ...(summary && { model: `${summary.call.provider}/${summary.call.model}` }),
    ...(instructions !== undefined && { instructions }),
    runId: claimed.runId,
    target,
    entries: (previous?.entries ?? 0) + chunk.length,
  };
}
