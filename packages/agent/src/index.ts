export type {
  AdmittedCall,
  AgentDeps,
  AgentInput,
  CallPlan,
  CallVerdict,
  ModelCall,
  ResumedCall,
  ResumePoint,
  RunIdentity,
  Spent,
} from './agent-input.ts';
export { estimateTokens } from './context/estimate-tokens.ts';
export { reduceTranscript } from './reduce-transcript.ts';
export { defaultLimits, type RunLimits } from './limits.ts';
export { callKey, canonicalJson, planHash } from './plan-hash.ts';
export { type CallReading, type Offer, ownCalls, readCall } from './read-call.ts';
export { type RepairedInput, repairToolInput, repairToolName } from './repair-call.ts';
export { outcomeOf, runAgent, toToolSpec } from './run-agent.ts';
export { systemClock } from './system-clock.ts';
export { truncateOutput } from './truncate-output.ts';
export { visibleWindow } from './visible-window.ts';
