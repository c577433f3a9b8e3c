export type { ChannelSettings, ChannelState, ChannelStatus } from './channel-supervisor.ts';
export { commandTable, parseCommand } from './commands.ts';
export { type CrashPoint, type CrashPointName, crashPointNames } from './crash-point.ts';
export { createRuntime, type Runtime } from './create-runtime.ts';
export type { InboundFate } from './fates.ts';
export type { ChannelAccount, RuntimeDeps } from './kernel.ts';
export type { PullAccepted, PullMessage } from './pull-door.ts';
export type { RunHub, RunListener, RunUpdate, SessionUpdate } from './run-hub.ts';
export type { AgentSettings, ModelSource, ResolvedModel, RuntimeSettings } from './settings.ts';
