export {
  type DiscordServer,
  type DiscordServerOptions,
  openDiscordServer,
} from './discord-server.ts';
export type { FaultHandle } from '../faults.ts';
export type { Fault, FaultAct } from './faults.ts';
export type { Gateway } from './gateway.ts';
export type { LedgerEntry } from './ledger.ts';
export { type BucketRule, type DiscordLimits, discordLimits } from './limits.ts';
export type {
  ChannelInput,
  FileInput,
  GuildInput,
  People,
  Pressed,
  Said,
  SayInput,
  ThreadInput,
  UserInput,
} from './people.ts';
export type { InteractionState } from './route.ts';
export type { GatewaySession } from './sessions.ts';
export { readDiscordText } from './visible-text.ts';
export { timeOfSnowflake } from './snowflake.ts';
export {
  intents as discordIntents,
  type WireChannel,
  type WireDispatch,
  type WireMessage,
  type WireUser,
} from './wire.ts';
export type { Barrier } from './world.ts';
