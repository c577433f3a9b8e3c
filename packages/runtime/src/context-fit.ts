import {
  type ContextRules,
  defaultContextRules,
  tokenFamilyOf,
  type TokenMeter,
} from '@cuttle/agent';
import type { SummaryBody } from '@cuttle/core-types';
import type { ClaimedRun, ModelFacts } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import type { RunContext } from './run-context.ts';

/** What is known of a run's context: how much its model reads, and where its view begins. */
export interface ContextFit {
  readonly rules: ContextRules;
  readonly meter: TokenMeter;
  /** Tokens of request and answer; undefined: not known, until the service says that something is too long. */
  window: number | undefined;
  /** Real tokens for each estimated one, in thousandths; undefined before the session's first answer. */
  scale: number | undefined;
  /** What the model takes; undefined: not known. */
  readonly inputs: ModelFacts['inputs'];
  /** Of the request that was made last. */
  estimated: number;
  /** The boundary of the run's first step. */
  begunAt: number;
  /** The boundary of the open step. */
  uptoSeq: number;
  summaryUpto: number | undefined;
  summary: SummaryBody | undefined;
  /** The entry before the first that is seen, as if none was left out. */
  base: number;
}

export async function createContextFit(
  kernel: Kernel,
  claimed: ClaimedRun,
  { agent, model }: Pick<RunContext, 'agent' | 'model'>,
): Promise<ContextFit> {
  const facts = await kernel.models().findFacts(model.ref);
  return {
    rules: { ...defaultContextRules, ...agent.context },
    meter: kernel.meters(tokenFamilyOf(model.model, model.provider.dialect)),
    window: facts?.contextWindow,
    inputs: facts?.inputs,
    scale: claimed.contextScale,
    estimated: 0,
    begunAt: claimed.open?.uptoSeq ?? 0,
    uptoSeq: claimed.open?.uptoSeq ?? 0,
    summaryUpto: claimed.open?.summaryUpto,
    summary: undefined,
    base: 0,
  };
}
