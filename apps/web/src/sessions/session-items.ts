import type { SessionSummary } from '@cuttle/core-types/protocol';
import type { MenuItem } from '../app/menu.tsx';
import type { SessionActs } from './session-acts.ts';

export interface SessionItemsOptions {
  readonly acts: SessionActs;
  readonly rename: () => void;
  /** What is offered in this place only. */
  readonly more?: readonly MenuItem[];
}

/** What can be done with a session, wherever its menu hangs. */
export function toSessionItems(
  session: Pick<SessionSummary, 'sessionKey' | 'title' | 'archived'>,
  { acts, rename, more = [] }: SessionItemsOptions,
): readonly MenuItem[] {
  const { archived } = session;
  const mark = archived ? 'unarchive' : 'archive';
  const items: readonly MenuItem[] = [
    { key: 'rename', label: 'Rename', icon: 'pencil', choose: rename },
    { key: 'fork', label: 'Fork', icon: 'fork', choose: () => acts.fork(session) },
    {
      key: mark,
      label: archived ? 'Unarchive' : 'Archive',
      icon: archived ? 'bringBack' : 'archive',
      choose: () => acts.setArchived(session, mark),
    },
    ...more,
    {
      key: 'markdown',
      label: 'Export as Markdown',
      icon: 'down',
      apart: true,
      choose: () => acts.exportFile(session, 'markdown'),
    },
    {
      key: 'json',
      label: 'Export as JSON',
      icon: 'down',
      choose: () => acts.exportFile(session, 'json'),
    },
  ];
  // What is archived is kept from both.
  if (archived) return items;
  return [
    ...items,
    {
      key: 'reset',
      label: 'Reset …',
      icon: 'retry',
      apart: true,
      choose: () => acts.reset(session),
    },
    {
      key: 'delete',
      label: 'Delete …',
      icon: 'bin',
      tone: 'danger',
      choose: () => acts.remove(session),
    },
  ];
}
