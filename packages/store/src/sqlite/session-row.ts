import type { SessionRow } from '@cuttle/core-types/ports';
import type { SessionRecord } from './rows.ts';

export function toSessionRow(row: SessionRecord): SessionRow {
  return {
    sessionId: row.id,
    sessionKey: row.key,
    agentId: row.agent_id,
    channel: row.channel ?? undefined,
    generation: row.generation,
    title: row.title ?? undefined,
    model: row.model ?? undefined,
    persona: row.persona ?? undefined,
    thinking: row.thinking ?? undefined,
    queueMode: row.queue_mode ?? undefined,
    archived: row.archived === 1,
    messages: row.messages,
    contextTokens: row.context_tokens ?? undefined,
    summaryUpto: row.summary_upto ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.active_at ?? row.created_at,
  };
}
