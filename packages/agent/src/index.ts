export type {
  AdmittedCall,
  AgentDeps,
  AgentInput,
  CallPlan,
  CallVerdict,
  ContextCall,
  ContextChoice,
  ModelCall,
  ResumedCall,
  ResumePoint,
  RunIdentity,
  Spent,
} from './agent-input.ts';
export { estimateTokens } from './context/estimate-tokens.ts';
export { collectFacts, mergeFacts } from './context/collect-facts.ts';
export {
  type ContextRoom,
  type ContextRules,
  defaultContextRules,
} from './context/context-rules.ts';
export { type ContextView, fitContext } from './context/fit-context.ts';
export {
  type CompactionPlan,
  type ContextEntry,
  planCompaction,
} from './context/plan-compaction.ts';
export { buildNotesRequest, parseNotes } from './context/notes-request.ts';
export { buildSummaryRequest, digestEntries } from './context/summary-request.ts';
export { toSummaryMessages } from './context/summary-view.ts';
export { createTokenMeter, createTokenMeters, type TokenMeter } from './context/token-meter.ts';
export { calibrate, type TokenFamily, tokenFamilyOf } from './context/token-rates.ts';
export { reduceTranscript } from './reduce-transcript.ts';
export { defaultLimits, type RunLimits } from './limits.ts';
export { callKey, canonicalJson, placeOfKey, planHash } from './plan-hash.ts';
export { type CallReading, type Offer, ownCalls, readCall } from './read-call.ts';
export { type RepairedInput, repairToolInput, repairToolName } from './repair-call.ts';
export { outcomeOf, runAgent, toToolSpec } from './run-agent.ts';
export { systemClock } from './system-clock.ts';
export { type CoreTools, shownTools } from './tool-search/shown-tools.ts';
export { createToolSearch, toolSearchName } from './tool-search/tool-search.ts';
export { truncateOutput } from './truncate-output.ts';
export { visibleWindow } from './visible-window.ts';
