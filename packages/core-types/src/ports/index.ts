export type { BlobStore, FreedBlobs } from './blobs.ts';
export type {
  Ambiguity,
  Answer,
  Channel,
  ChannelHealth,
  ChannelInbound,
  ChannelMedia,
  Checkpoint,
  CommandFact,
  Door,
  DraftCapability,
  Limits,
  LiveMessages,
  LoginCapability,
  LoginStep,
  MediaCapability,
  MenuCommand,
  OutboundFile,
  OutboundPart,
  ReactionCapability,
  Receipt,
  SendKind,
  SendRequest,
  SentFile,
  Target,
  UploadCapability,
  WebhookCapability,
} from './channel.ts';
export {
  type DirectoryCapability,
  type DirectoryKind,
  type DirectoryPage,
  type DirectoryQuestion,
  type DirectoryReader,
  type DirectoryRow,
  pageOf,
  toWords,
} from './directory.ts';
export {
  type ActionContext,
  type ActionRequest,
  type ActionSubject,
  type ChannelAction,
  defineAction,
} from './channel-action.ts';
export type { CheckpointJournal, CheckpointReader } from './checkpoint-journal.ts';
export type { Clock } from './clock.ts';
export type { DeliveryJournal } from './delivery-journal.ts';
export type { DeliveryReader, RecentCall } from './delivery-reader.ts';
export type { CompactionRecord, ContextJournal, SummaryCall } from './context-journal.ts';
export type { ContextReader, StoredSummary } from './context-reader.ts';
export type {
  Embedder,
  EmbeddingProgress,
  EmbeddingPurpose,
  EmbeddingRequest,
  Embeddings,
} from './embedder.ts';
export type { OutboundReader, OwnMessage } from './outbound-reader.ts';
export type { Journal } from './journal.ts';
export type {
  AbortInput,
  LastWords,
  AcceptInput,
  AcceptResult,
  ApprovalDraft,
  ApprovalEnd,
  BoundInput,
  BudgetLimit,
  BudgetScope,
  ClaimedRun,
  ClaimInput,
  ClaimedSubagent,
  CommandInput,
  Committed,
  DurableEvent,
  DurableEventKind,
  EventRef,
  OpenedStep,
  PlannedCall,
  Reservation,
  ReservationDraft,
  ScheduleDraft,
  SessionRow,
  Settled,
  Spending,
  StepContext,
  StepRecord,
} from './journal-rows.ts';
export type { ConversationRef } from './conversation-ref.ts';
export type { Delivery, DeliveryClaim, DeliveryOutcome, OutboundDraft } from './delivery-rows.ts';
export type {
  Identity,
  PairingDecision,
  PairingDraft,
  StoredToken,
  Tally,
  TokenDraft,
} from './access-rows.ts';
export type {
  LinkAddress,
  LinkedPerson,
  PersonJournal,
  PersonLink,
  PersonReader,
} from './person-journal.ts';
export type { ImportedEntry, ImportEnd, SessionJournal } from './session-journal.ts';
export type { Log, LogFields } from './log.ts';
export type {
  CallReservation,
  CallUsage,
  CutCall,
  CutStep,
  UsageJournal,
} from './usage-journal.ts';
export type { Transcriber, Transcription, TranscriptionRequest } from './transcriber.ts';
export type {
  FilmTaker,
  MediaFacts,
  MediaPayer,
  MediaReading,
  MediaScribe,
  MediaWords,
} from './media.ts';
export type {
  FetchedMedia,
  FilmFrame,
  FilmRow,
  MediaDetail,
  MediaJournal,
  MediaKind,
  MediaReader,
  MediaText,
  TakenFilm,
} from './media-journal.ts';
export type { MemoryChunk, MemoryJournal, VectorText } from './memory-journal.ts';
export type { MemoryFileRow, MemoryHit, MemoryReader } from './memory-reader.ts';
export type {
  CallEvent,
  FinishReason,
  GivenUpCall,
  ModelEvent,
  ModelFacts,
  ModelInfo,
  ModelProvider,
  ModelRequest,
  ToolSpec,
} from './provider.ts';
export type {
  ApprovalRow,
  ControlRow,
  History,
  MessageHit,
  OutboundRow,
  OutboundState,
  Reader,
  ScheduleRow,
  TranscriptEntry,
  UncountedStep,
  UsageGrouping,
  UsageRow,
  UsageTotal,
  ValueRow,
  Work,
} from './reader.ts';
export type {
  Fate,
  FoundInbound,
  StoredCall,
  StoredInbound,
  StoredRun,
  StoredStep,
} from './run-rows.ts';
export {
  type AreaState,
  type PersonAccount,
  type PersonFacts,
  type PersonPart,
  personParts,
  type PersonRow,
  type PersonTrace,
  type PrivacyJournal,
  type PrivacyReader,
  type PurgeRow,
  type StoredArea,
  storedAreas,
} from './privacy-journal.ts';
export type { RecordsJournal, RetentionRule, RetentionSlice } from './records-journal.ts';
export type {
  RecordCursor,
  RecordFault,
  RecordFinding,
  RecordsReader,
  RecordSlice,
} from './records-reader.ts';
export type { LeaseJournal } from './lease-journal.ts';
export type { PairingJournal, PairingOutcome } from './pairing-journal.ts';
export type { AllowedRow, PairingReader, PairingRow } from './pairing-reader.ts';
export type { PinDraft, PinJournal, PinRow } from './pin-journal.ts';
export type { PinReader } from './pin-reader.ts';
export type { Store, StoreHealth } from './store.ts';
export type {
  AwaitedSubagent,
  CallPlace,
  SpawnResult,
  SubagentDraft,
  SubagentJournal,
  TakenResults,
} from './subagent-journal.ts';
export type { SubagentReader, SubagentRow, SubagentTimers } from './subagent-reader.ts';
export type {
  ClaimedTask,
  ExpiredLease,
  TaskReport,
  WorkerJournal,
  WorkerPlace,
} from './worker-journal.ts';
export type { AgentMessage, SubagentCaller, Subagents, SubagentTask } from './subagents.ts';
export { defineTool } from './tool.ts';
export type { Effect, Risk, Tool, ToolContext, ToolOutput } from './tool.ts';
export type { WorkspaceFile, WorkspaceFiles } from './workspace-files.ts';
export type { ThinkingLevel } from '../inbound.ts';
