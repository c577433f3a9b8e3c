import type { Journal, SessionRow } from '@cuttle/core-types/ports';
import { reindexSession } from './search-index.ts';
import { toSessionRow } from '../session-row.ts';
import { type LockedSession, openSession, touchSession, type Unit } from '../unit.ts';

const updateTitle = `UPDATE session SET title = ? WHERE row = ?`;
const updatePersona = `UPDATE session SET persona = ? WHERE row = ?`;
const updateThinking = `UPDATE session SET thinking = ? WHERE row = ?`;
const updateArchived = `UPDATE session SET archived = ? WHERE row = ?`;

/** Sets what is given; null takes it away, and what is not given stays. */
export function patchSession(
  unit: Unit,
  input: Parameters<Journal['patchSession']>[0],
): SessionRow {
  const session = openSession(unit, { key: input.sessionKey, agentId: input.agentId });
  if (session.active_at === null) touchSession(unit, session, 0);
  if (input.title !== undefined) renameSession(unit, session, input.title);
  if (input.model !== undefined) session.model = input.model;
  if (input.queueMode !== undefined) session.queue_mode = input.queueMode;
  if (input.persona !== undefined) setPersona(unit, session, input.persona);
  if (input.thinking !== undefined) setThinking(unit, session, input.thinking);
  if (input.archived !== undefined)
    markArchived(unit, session, input.archived ? 'archived' : 'current');
  return toSessionRow(session);
}

export function markArchived(
  unit: Unit,
  session: LockedSession,
  mark: 'archived' | 'current',
): void {
  session.archived = Number(mark === 'archived');
  unit.db.run(updateArchived, session.archived, session.row);
}

export function renameSession(unit: Unit, session: LockedSession, title: string | null): void {
  session.title = title;
  unit.db.run(updateTitle, title, session.row);
  reindexSession(unit, session);
}

export function setPersona(unit: Unit, session: LockedSession, persona: string | null): void {
  session.persona = persona;
  unit.db.run(updatePersona, persona, session.row);
}

export function setThinking(
  unit: Unit,
  session: LockedSession,
  thinking: SessionRow['thinking'] | null,
): void {
  session.thinking = thinking ?? null;
  unit.db.run(updateThinking, session.thinking, session.row);
}
