// Keys of sessions that are no place any more. No client's key begins so.
const removed = 'removed:';
const gone = 'gone:';

/** The key while its rows are swept; its own is free for another. */
export function toRemovedKey(sessionId: string): string {
  return `${removed}${sessionId}`;
}

/** The key of the empty row that stays, for what counts by its id. */
export function toGoneKey(sessionId: string): string {
  return `${gone}${sessionId}`;
}

export function isRemovedKey(key: string): boolean {
  return key.startsWith(removed);
}

/** Whether the key names a place that somebody may look for. */
export function isPlaceKey(key: string): boolean {
  return !isRemovedKey(key) && !key.startsWith(gone);
}
