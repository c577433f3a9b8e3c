export {
  agentOf,
  buildSessionKey,
  type ChatPlace,
  type NamedPlace,
  parseSessionKey,
  toSessionKey,
} from './session-key.ts';
export { type RecordsReport, verifyRecords } from './verify-records.ts';
