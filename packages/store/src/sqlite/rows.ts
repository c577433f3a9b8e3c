import type * as schema from './schema.ts';

/** A row as plain SQL gives it: the schema's own types, which stay inside this package. */
export type ApprovalRecord = typeof schema.approval.$inferSelect;
export type CallRecord = typeof schema.call.$inferSelect;
export type ConversationRecord = typeof schema.conversation.$inferSelect;
export type EntryRecord = typeof schema.entry.$inferSelect;
export type EventRecord = typeof schema.event.$inferSelect;
export type IdentityRecord = typeof schema.identity.$inferSelect;
export type InboundRecord = typeof schema.inbound.$inferSelect;
export type LineageRecord = typeof schema.lineage.$inferSelect;
export type LinkRecord = typeof schema.link.$inferSelect;
export type OutboundRecord = typeof schema.outbound.$inferSelect;
export type PairingRecord = typeof schema.pairing.$inferSelect;
export type PersonRecord = typeof schema.person.$inferSelect;
export type PinRecord = typeof schema.pin.$inferSelect;
export type RunRecord = typeof schema.run.$inferSelect;
export type ScheduleRecord = typeof schema.schedule.$inferSelect;
export type SessionRecord = typeof schema.session.$inferSelect;
export type StepRow = typeof schema.step.$inferSelect;
export type SubagentRecord = typeof schema.subagent.$inferSelect;
export type StoreRecord = typeof schema.store.$inferSelect;
export type AuditRecord = typeof schema.audit.$inferSelect;
export type ValueRecord = typeof schema.kv.$inferSelect;
export type SummaryRecord = typeof schema.summary.$inferSelect;
export type TokenRecord = typeof schema.token.$inferSelect;
export type MemoryChunkRecord = typeof schema.memory_chunk.$inferSelect;
export type MemoryFileRecord = typeof schema.memory_file.$inferSelect;
export type TombstoneRecord = typeof schema.tombstone.$inferSelect;
