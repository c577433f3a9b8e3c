export type { FaultHandle } from '../faults.ts';
export type { Fault, FaultAct } from './faults.ts';
export type { FileInput } from '../whatsapp/sent-file.ts';
export type { People, Said, SayInput } from './people.ts';
export {
  openWhatsappWeb,
  type ScriptedProgram,
  type VisibleMessage,
  type WhatsappWeb,
  type WhatsappWebOptions,
} from './whatsapp-web.ts';
export type { CommandName, PendingMessage, SentMessage } from './world.ts';
