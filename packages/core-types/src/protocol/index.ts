export { AgentSummary, PromptPartReport } from './agents-methods.ts';
export {
  AgentEventPayload,
  type BroadcastName,
  type BroadcastPayload,
  ChatEventPayload,
  ChatMessage,
  EventFrame,
  eventNames,
  FrameError,
  protocolVersion,
  RequestFrame,
  ResponseFrame,
  ServerFrame,
  SessionEventPayload,
} from './frames.ts';
export { InstalledReport, PullReport } from './installed-methods.ts';
export { defineMethod, type MethodDefinition } from './method.ts';
export {
  type Method,
  type MethodName,
  type MethodOf,
  methods,
  type ParamsOf,
  type ParsedParamsOf,
  type ResultOf,
} from './methods.ts';
export { SubagentReport } from './subagent-methods.ts';
export { FateReport, HistoryEntry, RunStatus, SessionSummary } from './shapes.ts';
export { PinReport } from './pins-methods.ts';
