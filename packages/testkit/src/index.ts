export { fixedClock, type ManualClock, manualClock } from './clocks.ts';
export { type DirectedCall, type Directives, readDirectives } from './echo-directives.ts';
export { type EchoDefaults, echoScript } from './echo-script.ts';
export type {
  EmbeddingCall,
  EmbeddingContent,
  EmbeddingModel,
  EmbeddingScript,
  EmbeddingTurn,
} from './embedding-call.ts';
export {
  type BreakFault,
  type ContentTypeFault,
  cut,
  endEarly,
  type ErrorTurn,
  failWith,
  type Fault,
  type FaultPlace,
  htmlError,
  malformed,
  type MalformedFault,
  overloaded,
  rateLimited,
  stall,
  streamError,
  type StreamErrorFault,
  wrongContentType,
} from './http-fault.ts';
export type { CalledTool, CallMessage, DialectId, ModelCall, OfferedTool } from './model-call.ts';
export {
  defaultApiKey,
  type ModelServer,
  type ModelServerOptions,
  type Rejection,
  type ServedModel,
} from './model-server.ts';
export type { RecordedRequest, RequestOutcome } from './recorded-request.ts';
export { type BodyFraming, readRecordedCase, type RecordedCase } from './replay/recorded-case.ts';
export {
  openReplayServer,
  outcomeOf,
  type ReplayServer,
  type ReplayServerOptions,
  type TransportVariantId,
  variantsOf,
} from './replay/replay-server.ts';
export {
  readRecordedSequence,
  type RecordedSequence,
  type RecordedStep,
} from './replay/recorded-sequence.ts';
export { openSequenceServer, type SequenceServer } from './replay/sequence-server.ts';
export type { VariantOutcome } from './replay/transport-variant.ts';
export {
  type ModelScript,
  type ModelTurn,
  type ScriptedModel,
  scriptedModel,
} from './scripted-model.ts';
export {
  type Finish,
  finish,
  type Script,
  type ScriptedCall,
  type ScriptedUsage,
  text,
  type TextChunk,
  thinking,
  type ThinkingChunk,
  toolCall,
  type Turn,
  type TurnPart,
} from './scripted-turns.ts';
export { sequentialIds } from './sequential-ids.ts';
export { countTokens } from './token-count.ts';
export { wordVector } from './word-vector.ts';
