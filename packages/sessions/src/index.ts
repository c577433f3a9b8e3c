export { parseLinkAddress, toLinkText } from './link-address.ts';
export type { OffsetAt, ResetPolicy } from './reset-policy.ts';
export { type AgentBinding, bindAgents, type BindingPlace } from './agent-binding.ts';
export {
  agentOf,
  buildSessionKey,
  buildSubagentKey,
  type ChatPlace,
  mainSessionKey,
  type NamedPlace,
  parseSessionKey,
  toSessionKey,
} from './session-key.ts';
export {
  createSessionRules,
  type PlaceKind,
  placeKindOf,
  type ResetRule,
  type SessionRules,
} from './session-rules.ts';
export {
  applyRetention,
  keepRetention,
  previewRetention,
  type RetentionReport,
  type RetentionRules,
} from './retention.ts';
export { type SessionScope, sessionScopes, type Speaker } from './session-scope.ts';
export { type RecordsReport, verifyRecords } from './verify-records.ts';
export {
  encodeSessionFile,
  mostFileEntries,
  parseSessionFile,
  SessionFile,
  toFileEntries,
  toImported,
  toMarkdown,
} from './session-file.ts';
export type { AreaPurge, AreaResult, PersonData, PersonItem } from './person-data.ts';
export {
  type PersonRef,
  type PurgeDeps,
  purgePerson,
  readTrace,
  resumePurges,
} from './purge-person.ts';
export { exportPerson } from './export-person.ts';
