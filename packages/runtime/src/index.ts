export { type Budget, budgetsFor, type DayBudget, namedBudgets } from './budgets.ts';
export type { ChannelSettings, ChannelState, ChannelStatus } from './channel-supervisor.ts';
export { commandTable, usageOf } from './commands/command-table.ts';
export { parseCommand } from './commands/parse-command.ts';
export { type CrashPoint, type CrashPointName, crashPointNames } from './crash-point.ts';
export { createRuntime, type Runtime } from './create-runtime.ts';
export type { ConversationNotes, NotePlace } from './flush-memory.ts';
export type { InboundFate } from './fates.ts';
export type { BeforeCompaction, ChannelAccount, RuntimeDeps } from './kernel.ts';
export { rebuildEvent } from './rebuild-event.ts';
export type { PromptPart } from './prompt/build-prompt.ts';
export type { PromptReport } from './prompt/describe-prompt.ts';
export { promptTable } from './prompt/part-table.ts';
export type { PullAccepted, PullMessage } from './pull-door.ts';
export type { GatewayUpdate, RunHub, RunListener, RunUpdate, SessionUpdate } from './run-hub.ts';
export {
  type AgentSettings,
  type ModelSource,
  type ResolvedModel,
  type RuntimeSettings,
  withOver,
} from './settings.ts';
