import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** Hears of changes in folders. What it cannot watch has to be looked at instead. */
export interface FolderWatch extends Disposable {
  /** The folders to hear of, in place of those before. Relative to the root; `''` is the root itself. */
  follow(folders: readonly string[]): void;
  /** Whether all of them are heard of. */
  readonly isWhole: boolean;
}

/** Beyond this many, a home would use up what the system gives a user. */
const maxFolders = 500;

export function watchFolders(root: string, onChange: () => void): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  let isWhole = false;
  const stop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const start = (folder: string): boolean => {
    if (watchers.has(folder)) return true;
    try {
      const watcher = watch(join(root, folder), { persistent: false }, (_event, name) => {
        // At the root lies more than the memory.
        if (folder !== '' || name === null || name === 'memory' || name === 'MEMORY.md') onChange();
      });
      watcher.on('error', () => {
        isWhole = false;
        stop(folder);
        onChange();
      });
      watchers.set(folder, watcher);
      return true;
    } catch (error) {
      // Not there yet, or more than the system watches: it is looked at instead.
      if (error instanceof Error) return false;
      throw error;
    }
  };
  return {
    get isWhole() {
      return isWhole;
    },
    follow(folders) {
      const wanted = new Set(folders.slice(0, maxFolders));
      for (const folder of watchers.keys()) if (!wanted.has(folder)) stop(folder);
      const all = [...wanted].map(start).every(Boolean);
      isWhole = all && wanted.size === folders.length;
    },
    [Symbol.dispose]() {
      isWhole = false;
      for (const folder of watchers.keys()) stop(folder);
    },
  };
}
