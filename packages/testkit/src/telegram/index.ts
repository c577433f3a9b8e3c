export type { FaultHandle } from '../faults.ts';
export type { Fault, FaultAct } from './faults.ts';
export type { Acknowledgement, LedgerEntry } from './ledger.ts';
export { type TelegramLimits, telegramLimits } from './limits.ts';
export {
  type FormattedText,
  parseText as parseTelegramText,
  type TextInput,
} from './parse-text.ts';
export { TelegramFailure } from './failure.ts';
export type {
  EditInput,
  GroupInput,
  People,
  PressInput,
  Said,
  SayInput,
  UserInput,
} from './people.ts';
export {
  openTelegramServer,
  type TelegramServer,
  type TelegramServerOptions,
} from './telegram-server.ts';
export { findFault as findTelegramFault } from './validate.ts';
export type { VisibleFile, VisibleMessage } from './visible.ts';
export type { WebhookDelivery } from './webhook.ts';
export type { WireEntity, WireMessage, WireUpdate, WireUser } from './wire.ts';
export type { Draft } from './world.ts';
