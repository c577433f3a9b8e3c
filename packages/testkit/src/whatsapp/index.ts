export { GraphFailure, type GraphFault } from './failure.ts';
export type { FaultHandle } from '../faults.ts';
export type { Fault, FaultAct } from './faults.ts';
export type { GraphCallName, LedgerEntry } from './ledger.ts';
export { type WhatsappLimits, whatsappLimits } from './limits.ts';
export type { FileInput } from './sent-file.ts';
export type { People, PersonInput, Said, SayInput } from './people.ts';
export { readWhatsappText } from './visible-text.ts';
export type { PendingChange, WebhookDelivery } from './webhook-sender.ts';
export {
  openWhatsappServer,
  type VisibleFile,
  type VisibleMessage,
  type WhatsappServer,
  type WhatsappServerOptions,
} from './whatsapp-server.ts';
export type { ButtonState, Callback, ChatMessage, NumberState } from './world.ts';
