import {
  callsOf,
  type Message,
  type RunEvent,
  type RunOutcome,
  type RunEventOf,
} from '@cuttle/core-types';
import { Cancelled, CuttleError, isCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type { Clock, ModelRequest, Tool, ToolSpec } from '@cuttle/core-types/ports';
import type { AgentDeps, AgentInput, RunIdentity } from './agent-input.ts';
import { callModel } from './call-model.ts';
import { createPrunedView } from './context/pruned-view.ts';
import { explainOverflow } from './context/explain-overflow.ts';
import { defaultLimits, type RunLimits } from './limits.ts';
import { judgeRepetition } from './loop-guard.ts';
import { type Offer, ownCalls } from './read-call.ts';
import { runCalls } from './run-calls.ts';
import { shownTools } from './tool-search/shown-tools.ts';
import { systemClock } from './system-clock.ts';

/**
 * Drives one run: model → tools → model → answer. The consumer pulls, and pulling means stored: no tool starts before the consumer
 * came back for the event after its `tool.call`. Stop pulling, or abort `signal`, and the work stops.
 * Never throws after `run.start`: how it ended is the outcome of `run.end`. A run that waits, for an approval or for what a tool waits for, ends with `run.park`.
 */
export async function* runAgent(
  input: AgentInput,
  deps: AgentDeps,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, void> {
  yield { type: 'run.start', model: `${deps.provider.id}/${input.model}` };
  try {
    yield* loop(input, deps, signal);
  } catch (error) {
    yield { type: 'run.end', outcome: outcomeOf(error, signal) };
  }
}

/** What a failure or an abort means for the run. */
export function outcomeOf(error: unknown, signal: AbortSignal): RunOutcome {
  if (signal.aborted) {
    const by = signal.reason instanceof Cancelled ? signal.reason.by : 'operator';
    return { status: 'aborted', by };
  }
  const { code, message, hint, retryAfterMs } = toErrorBody(error);
  return {
    status: 'failed',
    error: {
      code,
      message,
      ...(hint && { hint }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  };
}

interface Loop {
  readonly input: AgentInput;
  readonly deps: AgentDeps;
  readonly limits: RunLimits;
  readonly clock: Clock;
  readonly identity: RunIdentity;
  readonly offer: Offer;
  messages: Message[];
  readonly viewContext: NonNullable<AgentDeps['viewContext']>;
  /** On the clock's monotonic scale. */
  readonly startedAt: number;
  tokens: number;
}

async function* loop(
  input: AgentInput,
  deps: AgentDeps,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, void> {
  const state = begin(input, deps);
  const { resume } = input;
  let { step, attempt } = resume ?? { step: 1, attempt: 1 };
  let answer = resume?.answered;
  for (;;) {
    signal.throwIfAborted();
    if (!answer) {
      checkSteps(state, step);
      checkLimits(state);
      const end = yield* answerStep(state, { step, attempt }, signal);
      answer = { message: end.message, finish: end.finish, calls: [] };
      state.messages.push(end.message);
    }
    const calls = callsOf(answer.message);
    if (calls.length === 0) return yield runEnd(answer.finish);
    const ended = yield* runStepCalls(state, { step, answer }, signal);
    if (ended) return yield ended;
    step += 1;
    const steered = (await deps.openStep?.(step)) ?? [];
    state.messages.push(...steered);
    answer = undefined;
    attempt = 1;
  }
}

function begin(input: AgentInput, deps: AgentDeps): Loop {
  const clock = deps.clock ?? systemClock;
  return {
    input,
    deps,
    clock,
    limits: { ...defaultLimits, ...input.limits },
    identity: { ...anonymous(), ...input.identity },
    offer: { tools: input.tools ?? [], clientTools: input.clientTools ?? [] },
    messages: [...input.messages],
    viewContext: deps.viewContext ?? createPrunedView(input, deps.provider.dialect),
    startedAt: clock.monotonic() - (input.resume?.spent?.wallMs ?? 0),
    tokens: input.resume?.spent?.tokens ?? 0,
  };
}

/** The keys of calls contain the run's id, so two runs must never share one. */
function anonymous(): RunIdentity {
  return {
    runId: crypto.randomUUID(),
    agentId: 'agent',
    sessionKey: 'session',
    principal: { id: 'embedder', kind: 'owner', scopes: [] },
    provenance: { door: 'embedded', accountId: 'embedded', trust: 'owner' },
  };
}

/** One model call; its stream may break after it had begun, then it is asked again and the reader drops what it saw. */
async function* answerStep(
  state: Loop,
  place: { step: number; attempt: number },
  signal: AbortSignal,
): AsyncGenerator<RunEvent, RunEventOf<'step.end'>, void> {
  const { step } = place;
  const { provider, admitCall } = state.deps;
  let wanted = await viewedRequest(state, { step, refusals: 0 }, signal);
  let { attempt } = place;
  let refusals = 0;
  if (attempt > 1) yield { type: 'text.reset', blockId: `${step}.0`, step, attempt };
  for (let tries = 1; ; tries += 1) {
    const call = admitCall
      ? await admitCall({ step, request: wanted })
      : { provider, request: wanted };
    yield { type: 'step.start', step, attempt };
    let begun = false;
    try {
      for await (const event of callModel({ ...call, step }, signal)) {
        if (event.type === 'step.end')
          state.tokens += event.usage.inputTokens + event.usage.outputTokens;
        begun = true;
        yield event;
        if (event.type === 'step.end') return event;
        checkLimits(state);
      }
    } catch (error) {
      signal.throwIfAborted();
      const next = afterFailure(state, { error, begun, tries, refusals, wanted });
      if (next > refusals) wanted = await viewedRequest(state, { step, refusals: next }, signal);
      refusals = next;
      attempt = state.deps.restartStep ? await state.deps.restartStep(step) : attempt + 1;
      yield { type: 'text.reset', blockId: `${step}.0`, step, attempt };
    }
  }
}

/** A stream that broke in the middle. What failed before its first word was retried by the provider already. */
function isTransient(error: unknown): boolean {
  return isCuttleError(error) && error.traits.retryable && error.code.startsWith('provider.');
}

/** How often the service has refused the call after this failure; throws where it is not to be made again. */
function afterFailure(
  { limits }: Loop,
  {
    error,
    begun,
    tries,
    refusals,
    wanted,
  }: {
    readonly error: unknown;
    readonly begun: boolean;
    readonly tries: number;
    readonly refusals: number;
    readonly wanted: ModelRequest;
  },
): number {
  if (isCuttleError(error, 'provider.overflow')) {
    if (refusals === mostRefusals) throw explainOverflow(wanted, error);
    return refusals + 1;
  }
  if (!begun || tries >= limits.maxStepAttempts + refusals || !isTransient(error)) throw error;
  return refusals;
}

/** A call that is too long is made again with less in it this often. */
const mostRefusals = 3;

/** The request with as much of the transcript as fits. What had to be summarised for it stays so for the rest of the run. */
async function viewedRequest(
  state: Loop,
  { step, refusals }: { readonly step: number; readonly refusals: number },
  signal: AbortSignal,
): Promise<ModelRequest> {
  const request = requestOf(state);
  const { messages } = state;
  const choice = await state.viewContext({ step, messages, request, refusals }, signal);
  state.messages = [...choice.messages];
  return { ...request, messages: choice.view };
}

function requestOf({ input, messages, identity }: Loop): ModelRequest {
  const own = shownTools(input.tools ?? [], messages, input.isCore).map(toToolSpec);
  const names = new Set(own.map(({ name }) => name));
  const theirs = (input.clientTools ?? []).filter(({ name }) => !names.has(name));
  const specs = [...own, ...theirs].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    model: input.model,
    system: input.system,
    messages: [...messages],
    tools: specs,
    parameters: input.parameters,
    thinking: input.thinking,
    cacheKey: identity.sessionKey,
  };
}

/** A tool as the model sees it. */
export function toToolSpec({ name, description, parameters }: Tool): ToolSpec {
  return { name, description, parameters };
}

/** Runs the own calls of a step; says how the run ends there, if it does. */
async function* runStepCalls(
  state: Loop,
  {
    step,
    answer,
  }: { step: number; answer: NonNullable<NonNullable<AgentInput['resume']>['answered']> },
  signal: AbortSignal,
): AsyncGenerator<RunEvent, RunEvent | undefined, void> {
  const { offer, identity, limits, clock, messages, deps } = state;
  const calls = callsOf(answer.message);
  const own = ownCalls(calls, offer);
  const judge = (call: (typeof calls)[number]): ReturnType<typeof judgeRepetition> =>
    judgeRepetition(messages, call);
  if (own.some(({ call }) => judge(call).kind === 'stop'))
    throw new CuttleError('run.loop', 'The model made the same call over and over.');
  const { results, parked } = yield* runCalls(
    { step, calls: own, stored: answer.calls, offer, identity, limits, clock, judge },
    deps,
    signal,
  );
  if (parked) return { type: 'run.park', reason: parked };
  if (results.length > 0) messages.push({ role: 'tool', parts: [...results] });
  return own.length < calls.length ? runEnd('tool-calls') : undefined;
}

function runEnd(finish: RunEventOf<'step.end'>['finish']): RunEventOf<'run.end'> {
  return { type: 'run.end', outcome: { status: 'completed', finish } };
}

function checkSteps({ limits: { maxSteps } }: Loop, step: number): void {
  if (step > maxSteps) throw new CuttleError('run.limit', `No answer after ${maxSteps} steps.`);
}

function checkLimits({ limits, tokens, clock, startedAt }: Loop): void {
  if (tokens > limits.maxTokens)
    throw new CuttleError('run.limit', `More than ${limits.maxTokens} tokens were used.`);
  if (clock.monotonic() - startedAt > limits.maxWallMs)
    throw new CuttleError('run.limit', `No answer after ${limits.maxWallMs} ms.`);
}
