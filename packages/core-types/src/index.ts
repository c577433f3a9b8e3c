export { addUsage, noUsage } from './add-usage.ts';
export { type CallTally, createCallTally } from './call-tally.ts';
export { toFetchedPart } from './fetched-part.ts';
export { createIds, type NewId } from './ids.ts';
export {
  ClientTool,
  InboundBody,
  InboundState,
  messagesOf,
  QueueMode,
  Route,
  RunTask,
  RunWishes,
  ThinkingLevel,
  TurnParameters,
} from './inbound.ts';
export { Json, parseJson } from './json.ts';
export {
  AssistantMessage,
  AssistantPart,
  AudioPart,
  DocumentPart,
  ImagePart,
  MediaSource,
  Message,
  OpaquePart,
  Origin,
  SystemMessage,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolMessage,
  ToolResultPart,
  UserMessage,
  UserPart,
  VideoPart,
} from './message.ts';
export { backoffMs } from './backoff.ts';
export { dollarText, microsOf } from './money.ts';
export { readToken, sayToken } from './said-button.ts';
export { costOf, ModelPrices, mostCostOf } from './prices.ts';
export {
  personPrincipalId,
  Principal,
  Provenance,
  Scope,
  TaintSource,
  Trust,
} from './principal.ts';
export {
  answerText,
  emptyRun,
  joinSteps,
  reduceRun,
  type RunBlock,
  type RunCall,
  type RunView,
} from './reduce-run.ts';
export { callsOf, textOf, userText } from './read-message.ts';
export { ParkReason, RunError, RunEvent, type RunEventOf, RunOutcome } from './run-event.ts';
export { SummaryBody, SummaryFacts } from './summary.ts';
export { Usage } from './usage.ts';
