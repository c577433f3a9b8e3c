export type { FaultHandle } from '../faults.ts';
export type { Attempt, Delivery, DeliveryKind, DeliveryState } from './deliveries.ts';
export { SlackFailure, type SlackFault } from './failure.ts';
export type { Fault, FaultAct } from './faults.ts';
export type { LedgerEntry } from './ledger.ts';
export { type SlackLimits, slackLimits } from './limits.ts';
export type { ChannelInput, FileInput, People, PersonInput, Said, SayInput } from './people.ts';
export {
  openSlackServer,
  type SlackServer,
  type SlackServerOptions,
  type VisibleMessage,
} from './slack-server.ts';
export type { SocketMode } from './socket-mode.ts';
export { readSlackText } from './visible-text.ts';
export type { ChannelState, MessageState, TeamState, UserState, World } from './world.ts';
