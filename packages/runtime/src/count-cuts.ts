import {
  createTokenMeter,
  shownTools,
  tokenFamilyOf,
  type TokenMeter,
  toToolSpec,
} from '@cuttle/agent';
import { costOf, type Message, type Origin } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type {
  ClaimedRun,
  CutCall,
  CutStep,
  GivenUpCall,
  UncountedStep,
} from '@cuttle/core-types/ports';
import type { ActiveRun } from './active-runs.ts';
import type { CallMeter, CutDraft } from './call-meter.ts';
import type { ContextFit } from './context-fit.ts';
import type { Kernel } from './kernel.ts';
import { toPrompt } from './prompt/build-prompt.ts';
import { describePrompt } from './prompt/describe-prompt.ts';
import { readMessages } from './read-messages.ts';
import { type RunContext, toSpecs } from './run-context.ts';
import type { RunState } from './run-state.ts';
import { agentSettings, type ModelSource } from './settings.ts';

/** Of a kernel, what a call is priced by. */
interface Prices {
  readonly models: () => Pick<ModelSource, 'findFacts'>;
}

/** Of a run's state, what its calls are counted from. */
interface CountedState extends Pick<RunState, 'step' | 'attempt' | 'isStored'> {
  readonly kernel: Prices;
  readonly fit: Pick<ContextFit, 'scale'>;
  readonly claimed: Pick<ClaimedRun, 'principal'>;
  readonly calls: Pick<CallMeter, 'cuts' | 'givenUp'>;
}

/** Calls of the attempt that were given up: the one that answers is counted with its answer. */
export function givenUpOf(state: CountedState): Promise<readonly CutCall[]> {
  return toCutCalls(state, state.calls.givenUp);
}

/** All that the attempt has used, where it comes to no answer. */
export function cutsOf(state: CountedState): Promise<readonly CutCall[]> {
  return toCutCalls(state, state.calls.cuts);
}

/** The same for who ends the run; undefined where the step is answered, so that nothing of it is cut. */
export async function cutStepOf(state: CountedState): Promise<CutStep | undefined> {
  if (state.isStored) return undefined;
  const { step, attempt } = state;
  return { step, attempt, calls: await cutsOf(state) };
}

/** Of a run that is ended before its first call. */
export function uncalledStep({ open }: Pick<ClaimedRun, 'open'>): CutStep | undefined {
  if (!open || open.hasUncounted) return undefined;
  return { step: open.step, attempt: open.attempt, calls: [] };
}

async function toCutCalls(
  { kernel, fit, claimed }: CountedState,
  cuts: readonly CutDraft[],
): Promise<readonly CutCall[]> {
  const scale = (fit.scale ?? 1000) / 1000;
  const personId = claimed.principal.id;
  return Promise.all(
    cuts.map(({ request, ...call }) =>
      toCutCall(kernel, call, {
        personId,
        sent: (meter) => (meter.ofMessages(request.messages) + meter.ofFixed(request)) * scale,
      }),
    ),
  );
}

/** What a service told stands; to it comes what was said since, or where it told nothing the request and all that was said. */
async function toCutCall(
  kernel: Prices,
  { origin, usage, said }: GivenUpCall,
  { sent, personId }: { readonly sent: (meter: TokenMeter) => number; readonly personId: string },
): Promise<CutCall> {
  const { provider, model, dialect } = origin;
  const facts = await kernel.models().findFacts(`${provider}/${model}`);
  const meter = createTokenMeter(tokenFamilyOf(model, dialect));
  const saidTokens = meter.ofText(said);
  const told = usage ?? {
    inputTokens: Math.min(Math.round(sent(meter)), facts?.contextWindow ?? Infinity),
    outputTokens: 0,
  };
  const used = { ...told, outputTokens: told.outputTokens + saidTokens };
  return {
    provider,
    model,
    usage: used,
    costMicros: facts?.prices && costOf(facts.prices, used),
    isEstimated: !usage || saidTokens > 0,
    personId,
  };
}

/** What the attempt that broke has used is counted in the transaction that begins the next. */
export async function restartStep(state: RunState, step: number): Promise<number> {
  const { kernel, claimed, calls } = state;
  const { runId, fence } = claimed;
  const cut = await cutsOf(state);
  const { attempt } = await kernel.store.journal.restartStep({ runId, fence, step, cut });
  calls.clear();
  state.attempt = attempt;
  return attempt;
}

/** Who ended the run may not have known what it used: another run's end, or this process's. */
export async function countAborted(
  kernel: Pick<Kernel, 'point' | 'log'> & {
    readonly store: { readonly journal: Pick<Kernel['store']['journal'], 'countCut'> };
  },
  {
    claimed,
    cut,
  }: Pick<ActiveRun, 'cut'> & { readonly claimed: Pick<ClaimedRun, 'runId' | 'fence'> },
): Promise<void> {
  const { runId, fence } = claimed;
  try {
    const used = await cut();
    if (!used) return;
    kernel.point('cut.before.commit');
    await kernel.store.journal.countCut({ runId, fence, ...used });
    kernel.point('cut.after.commit');
  } catch (error) {
    // Its session is gone, or another owner counts it.
    if (isCuttleError(error, 'run.not-found', 'run.fence-lost')) return;
    kernel.log.warn('What a run used is counted with the next start.', { error, runId });
  }
}

/**
 * Counts the attempts of a run that was taken over whose process ended: nobody knows whether their request was sent, so that each is held to have
 * been. `fixed`: what the requests begin with.
 */
export async function countLost(
  kernel: Kernel,
  { runId, fence, open }: ClaimedRun,
  fixed?: Fixed,
): Promise<void> {
  if (!open?.hasUncounted) return;
  const rows = await kernel.store.reader.listUncounted({ runId });
  for (const row of rows) await countOne(kernel, row, { fence, fixed });
}

/** Of a run that fails before its first call in this life. */
export async function cutBeforeCall(
  kernel: Kernel,
  claimed: ClaimedRun,
): Promise<CutStep | undefined> {
  await countLost(kernel, claimed);
  const { open } = claimed;
  return open && { step: open.step, attempt: open.attempt, calls: [] };
}

const atOnce = 100;

/** Counts the attempts of runs that were ended without anybody knowing what they had used. */
export async function countEnded(kernel: Kernel): Promise<void> {
  for (;;) {
    const rows = await kernel.store.reader.listUncounted({ limit: atOnce });
    const counted = await Promise.all(rows.map((row) => countOne(kernel, row)));
    // What cannot be counted now is tried again at the next start.
    if (rows.length < atOnce || counted.includes(false)) return;
  }
}

/** Whether it could. */
async function countOne(
  kernel: Kernel,
  row: UncountedStep,
  { fence, fixed }: { readonly fence?: string; readonly fixed?: Fixed | undefined } = {},
): Promise<boolean> {
  const { runId } = row;
  try {
    const cut = await estimate(kernel, row, fixed);
    kernel.point('cut.before.commit');
    await kernel.store.journal.countCut({ runId, fence, ...cut });
    kernel.point('cut.after.commit');
    return true;
  } catch (error) {
    if (isCuttleError(error, 'store.failed', 'run.fence-lost')) throw error;
    kernel.log.warn('What a run used could not be counted.', { error, runId });
    return false;
  }
}

/** Tokens of what every request of a run begins with. */
type Fixed = (meter: TokenMeter) => number;

export function fixedOf(
  { system, tools, isCore, clientTools }: RunContext,
  messages: readonly Message[],
): Fixed {
  const shown = shownTools(tools, messages, isCore).map(toToolSpec);
  return (meter) => meter.ofFixed({ system, tools: [...shown, ...clientTools] });
}

async function estimate(kernel: Kernel, row: UncountedStep, known?: Fixed): Promise<CutStep> {
  const { step, attempts, personId } = row;
  const origin = originOf(kernel, row);
  const messages = await readRequest(kernel, row, origin);
  const fixed = known ?? (await promptOf(kernel, row));
  const sent = (meter: TokenMeter): number => meter.ofMessages(messages) + fixed(meter);
  const calls = await Promise.all(
    attempts.map(({ said }) => toCutCall(kernel, { origin, said }, { sent, personId })),
  );
  return { step, attempt: attempts.at(-1)?.attempt ?? 0, calls };
}

/** Who was asked first, which is as much as the rows tell. */
function originOf(kernel: Kernel, { agentId, model, body }: UncountedStep): Origin {
  const models = kernel.models();
  const agent = agentSettings(kernel.settings(), agentId);
  const wished = body.proxyModel ?? body.wishes?.model ?? model ?? agent?.model;
  const ref = wished ?? models.fallback().ref;
  try {
    const { provider, model: id } = models.resolve(ref);
    return { provider: provider.id, model: id, dialect: provider.dialect };
  } catch (error) {
    // It was taken out of the configuration meanwhile.
    if (!isCuttleError(error, 'model.unknown')) throw error;
    const slash = ref.indexOf('/');
    return { provider: ref.slice(0, slash), model: ref.slice(slash + 1), dialect: '' };
  }
}

async function readRequest(
  kernel: Kernel,
  row: UncountedStep,
  { provider, model }: Origin,
): Promise<readonly Message[]> {
  const { uptoSeq, summaryUpto } = row;
  const facts = await kernel.models().findFacts(`${provider}/${model}`);
  const isBounded = facts?.contextWindow === undefined;
  const boundary = { uptoSeq, summaryUpto, begunAt: uptoSeq, isBounded };
  return (await readMessages(kernel, row, boundary)).messages;
}

/** The prompt as it would be now: what it was, no row tells. */
async function promptOf(
  kernel: Kernel,
  { agentId, sessionKey, body }: UncountedStep,
): Promise<Fixed> {
  const clientTools = toSpecs(body.clientTools);
  const isPlain = body.proxyModel !== undefined || !agentSettings(kernel.settings(), agentId);
  if (isPlain) return (meter) => meter.ofFixed({ system: body.system, tools: clientTools });
  const { parts, tools } = await describePrompt(kernel, { agentId, sessionKey });
  const system = toPrompt(parts);
  return (meter) => meter.ofFixed({ system, tools: clientTools }) + tools.tokens;
}
