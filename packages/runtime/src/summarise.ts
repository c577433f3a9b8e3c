import { buildSummaryRequest, type ContextEntry } from '@cuttle/agent';
import { costOf, type Origin, type SummaryBody, type Usage } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { ModelProvider, ModelRequest, SummaryCall } from '@cuttle/core-types/ports';
import { createAdmission } from './admit-call.ts';
import type { RunState } from './run-state.ts';

export interface Summary {
  readonly text: string;
  readonly call: SummaryCall;
  /** It is about to be counted: until then it counts as given up. */
  settle(): void;
}
type Answer =
  | { readonly kind: 'summary'; readonly summary: Summary }
  | { readonly kind: 'none'; readonly code: string };

/**
 * One call of the summariser, through the budgets like any other. `none`: it failed, or said nothing. Rejects with the reason of an abort, and
 * when the run has another owner.
 */
export async function summarise(
  state: RunState,
  {
    step,
    room,
    ...about
  }: {
    readonly step: number;
    readonly chunk: readonly ContextEntry[];
    readonly previous: SummaryBody | undefined;
    readonly instructions: string | undefined;
    /** Tokens that the entries may have. */
    readonly room: number;
  },
  signal: AbortSignal,
): Promise<Answer> {
  const { kernel, fit } = state;
  try {
    const toRequest = (model: string): ModelRequest =>
      buildSummaryRequest({ model, ...about }, room, fit.meter);
    const summary = await askSummariser(state, { step, toRequest }, signal);
    kernel.point('compaction.after.model');
    if (summary.text === '') return { kind: 'none', code: 'provider.invalid' };
    return { kind: 'summary', summary };
  } catch (error) {
    signal.throwIfAborted();
    if (!isCuttleError(error) || !/^(provider|budget|model)\./.test(error.code)) throw error;
    return { kind: 'none', code: error.code };
  }
}

/** One call of the model that writes summaries, through the budgets, with what it cost. It counts as given up until it is settled. */
export async function askSummariser(
  state: RunState,
  {
    step,
    toRequest,
  }: { readonly step: number; readonly toRequest: (model: string) => ModelRequest },
  signal: AbortSignal,
): Promise<Summary> {
  const { kernel, context } = state;
  const ref = context.agent.context.summaryModel ?? context.model.ref;
  const fallbacks = context.agent.fallbacks;
  const model = kernel.models().resolve(ref, fallbacks);
  const request = toRequest(model.model);
  const admit = createAdmission(state, { ref, fallbacks });
  const call = admit ? await admit({ step, request }) : { provider: model.provider, request };
  const provider = state.calls.watch(call.provider);
  const answer = await ask({ ...call, provider }, signal);
  const { settle } = state.calls.hold();
  return { ...(await priced(state, { step, ...answer })), settle };
}

interface Said {
  readonly text: string;
  readonly usage: Usage;
  readonly origin: Pick<Origin, 'provider' | 'model'>;
}

async function ask(
  { provider, request }: { readonly provider: ModelProvider; readonly request: ModelRequest },
  signal: AbortSignal,
): Promise<Said> {
  let origin: Said['origin'] = { provider: provider.id, model: request.model };
  let text = '';
  let usage: Usage = { inputTokens: 0, outputTokens: 0 };
  for await (const event of provider.stream(request, signal)) {
    if (event.type === 'text.delta') text += event.text;
    if (event.type === 'route') origin = event.origin;
    if (event.type === 'finish') ({ usage } = event);
  }
  return { text: text.trim(), usage, origin };
}

async function priced(
  { kernel, reservedStep }: RunState,
  { step, text, usage, origin }: Said & { readonly step: number },
): Promise<Omit<Summary, 'settle'>> {
  const { provider, model } = origin;
  const prices = (await kernel.models().findFacts(`${provider}/${model}`))?.prices;
  const costMicros = prices && costOf(prices, usage);
  const reserved = reservedStep === step;
  return { text, call: { usage, provider, model, costMicros, reserved } };
}
