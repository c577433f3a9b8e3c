import type { Clock } from '@cuttle/core-types/ports';
import type { MemoryIndex } from './memory-index.ts';
import { watchFolders } from './watch-folders.ts';

/** Keeps an index at what is on the disk: it hears of changes, and looks again where it cannot. */
export interface Freshness extends Disposable {
  /** Brings the index to what is on the disk, if anything may have changed. */
  refresh(signal: AbortSignal): Promise<void>;
  rebuild(): Promise<void>;
  /** A file was changed by us. */
  changed(): void;
  /** Whether changes by others are heard of at once. */
  readonly isWatching: boolean;
}

/** Editors write in several steps. */
const quietMs = 500;
/** Not everything that changes can be heard of. */
const lookAgainMs = 30_000;

export function createFreshness({
  root,
  index,
  clock,
  end,
  own,
  onFresh,
}: {
  readonly root: string;
  readonly index: Pick<MemoryIndex, 'update' | 'rebuild'>;
  readonly clock: Clock;
  readonly end: AbortSignal;
  /** Takes work that nobody waits for. */
  readonly own: (work: () => Promise<void>) => void;
  /** The index was brought to what is on the disk, or was there already. */
  readonly onFresh: (what: 'looked' | 'same') => void;
}): Freshness {
  let isDirty = true;
  let isWaiting = false;
  let lookedAt = -Infinity;
  let updating: Promise<void> | undefined;
  const look = async (update: MemoryIndex['update']): Promise<void> => {
    isDirty = false;
    try {
      watch.follow(await update(end));
      lookedAt = clock.monotonic();
      onFresh('looked');
    } catch (error) {
      isDirty = true;
      throw error;
    } finally {
      updating = undefined;
    }
  };
  const refresh = async (signal: AbortSignal): Promise<void> => {
    const isOld = !watch.isWhole || clock.monotonic() - lookedAt > lookAgainMs;
    if (isDirty || isOld) updating ??= look(index.update);
    else if (!updating) onFresh('same');
    await updating;
    signal.throwIfAborted();
  };
  const changed = (): void => {
    isDirty = true;
    if (isWaiting || end.aborted) return;
    isWaiting = true;
    own(async () => {
      await clock.sleep(quietMs, end);
      isWaiting = false;
      await refresh(end);
    });
  };
  const watch = watchFolders(root, changed);
  return {
    refresh,
    changed,
    rebuild: () => look(index.rebuild),
    get isWatching() {
      return watch.isWhole;
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}
