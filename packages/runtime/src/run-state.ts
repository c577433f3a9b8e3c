import type { ResumePoint } from '@cuttle/agent';
import type {
  AssistantMessage,
  Json,
  RunEvent,
  TaintSource,
  ToolCallPart,
  Usage,
} from '@cuttle/core-types';
import { addUsage, joinSteps, noUsage } from '@cuttle/core-types';
import type {
  ClaimedRun,
  DurableEvent,
  OutboundDraft,
  StepRecord,
  StoredRun,
  Tool,
} from '@cuttle/core-types/ports';
import type { Decision } from '@cuttle/security/policy';
import { type CallMeter, createCallMeter } from './call-meter.ts';
import type { ContextFit } from './context-fit.ts';
import type { DeltaJournal } from './delta-journal.ts';
import type { Kernel } from './kernel.ts';
import { createMediaView, type MediaView } from './media/media-view.ts';
import { readMedia } from './media/read-media.ts';
import type { RunContext } from './run-context.ts';

/** A call of the open step as the policy judged it. */
export interface JudgedCall {
  readonly index: number;
  readonly tool: Tool;
  readonly input: Json;
  readonly hash: string;
  readonly decision: Decision;
  approvalId: string | undefined;
}

/** What a run under way holds in memory. All of it can be read from the rows again. */
export interface RunState {
  readonly kernel: Kernel;
  readonly claimed: ClaimedRun;
  readonly context: RunContext;
  readonly controller: AbortController;
  readonly deltas: DeltaJournal;
  readonly taint: Set<TaintSource>;
  /** The text of each step so far. */
  readonly texts: Map<number, string>;
  readonly judged: Map<number, JudgedCall>;
  /** Messages and taint that calls asked for, stored with their results. */
  readonly asks: Map<
    number,
    { readonly drafts: OutboundDraft[]; readonly taint: Set<TaintSource> }
  >;
  readonly fit: ContextFit;
  readonly calls: CallMeter;
  readonly showMedia: MediaView;
  readonly startedAt: number;
  step: number;
  attempt: number;
  /** The answer of `step` is in the transcript. */
  isStored: boolean;
  seq: number;
  usage: Usage;
  /** What the run had used before it was taken over. */
  readonly usedBefore: Usage;
  lastAnswer: AssistantMessage | undefined;
  /** The last step, held back to be stored with the run's completion. */
  held: { readonly record: StepRecord; readonly event: RunEvent } | undefined;
  clientCalls: readonly ToolCallPart[];
  /** The last step that money was set aside for. */
  reservedStep: number | undefined;
  /** Messages of the session waited when the run was completed, or it is not known. */
  hasNext: boolean;
  /** Resolves when nobody holds it back any more. */
  gate: Promise<void> | undefined;
  bubbleId: string | undefined;
  bubble: 'none' | 'opening' | 'open' | 'refused';
  /** It was shown as a draft. */
  hasDraft: boolean;
}

export function createRunState(
  parts: Pick<RunState, 'kernel' | 'claimed' | 'context' | 'controller' | 'deltas'>,
  {
    texts,
    resume: { step, attempt, answered },
    fit,
    stored,
  }: {
    readonly texts: ReadonlyMap<number, string>;
    readonly resume: ResumePoint;
    readonly fit: ContextFit;
    readonly stored: StoredRun | undefined;
  },
): RunState {
  return {
    ...parts,
    taint: new Set(parts.claimed.taint),
    texts: new Map(texts),
    judged: new Map(),
    asks: new Map(),
    fit,
    calls: createCallMeter(),
    showMedia: viewOf(parts, fit),
    startedAt: parts.kernel.clock.monotonic(),
    step,
    attempt,
    isStored: answered !== undefined,
    seq: parts.claimed.resumed ? seqAfter(parts.kernel, parts.claimed.createdAt) : 0,
    usage: noUsage,
    usedBefore: usageOf(stored),
    lastAnswer: undefined,
    held: undefined,
    clientCalls: [],
    reservedStep: undefined,
    hasNext: true,
    gate: undefined,
    bubbleId: undefined,
    bubble: 'none',
    hasDraft: false,
  };
}

function usageOf(stored: StoredRun | undefined): Usage {
  const steps = stored?.steps ?? [];
  return steps.reduce((sum, { usage }) => (usage ? addUsage(sum, usage) : sum), noUsage);
}

/** A plain proxy passes on what its client sends. */
function viewOf(
  { kernel, claimed, context }: Pick<RunState, 'kernel' | 'claimed' | 'context'>,
  { inputs }: ContextFit,
): MediaView {
  if (context.body?.proxyModel !== undefined)
    return (messages, signal) => readMedia(kernel, messages, signal);
  const payer = { agentId: claimed.agentId, personId: claimed.principal.id };
  const model = { dialect: context.model.provider.dialect, inputs };
  return createMediaView(kernel, kernel.media, { payer, model });
}

/** What a run has used so far, over restarts too. */
export function usedBy({ usedBefore, usage }: Pick<RunState, 'usedBefore' | 'usage'>): Usage {
  return addUsage(usedBefore, usage);
}

/** A number above all that this run's events had before now: a run says less than 100 things a millisecond. */
export function seqAfter({ clock }: Pick<Kernel, 'clock'>, runCreatedAt: number): number {
  return Math.max(1, clock.now() - runCreatedAt) * 100;
}

/** The answer so far: the texts of all steps in order. */
export function textSoFar({ texts }: Pick<RunState, 'texts'>): string {
  return joinSteps([...texts].toSorted(([left], [right]) => left - right).map(([, text]) => text));
}

/** Who gave the last answer, or would. */
export function modelOf({ lastAnswer, context }: RunState): string {
  const origin = lastAnswer?.origin;
  return origin ? `${origin.provider}/${origin.model}` : context.model.ref;
}

/** What the open step has said, for a transcript that was stopped there: what people have seen of it stays. */
export function partialOf(state: RunState): AssistantMessage | undefined {
  const text = state.isStored ? '' : (state.texts.get(state.step) ?? '');
  if (text === '') return undefined;
  return { role: 'assistant', parts: [{ type: 'text', text }], partial: true };
}

/** Tells the listeners; `committed` are the durable events of the transaction that permitted it. */
export function publish(
  state: RunState,
  event: RunEvent,
  committed: readonly DurableEvent[] = [],
): void {
  const { sessionId, sessionKey, runId } = state.claimed;
  state.seq += 1;
  state.kernel.hub.publishRun({
    sessionId,
    sessionKey,
    runId,
    seq: state.seq,
    eventSeq: committed.at(-1)?.seq,
    event,
    text: () => textSoFar(state),
  });
  if (event.type === 'step.end' && state.kernel.hub.hears(sessionKey))
    publish(state, { type: 'usage.update', usage: usedBy(state) });
}
