import { type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '@cuttle/core-types/ports';
import type { ConfigKeeper, ConfigReload } from './config-keeper.ts';

export interface WatchDeps {
  readonly keeper: Pick<ConfigKeeper, 'current' | 'reload'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Editors write in several steps; after so long without another one the files are read. Default 250 ms. */
  readonly debounceMs?: number;
  /** What each reading came to, and what failed otherwise. */
  readonly heard: (result: ConfigReload) => void;
  readonly failed: (error: unknown) => void;
}

/** Reloads a keeper when one of its files changes, appears or goes. Resolves when it watches; ends with `signal`. */
export async function watchConfig(deps: WatchDeps, signal: AbortSignal): Promise<void> {
  const { keeper, clock, debounceMs = 250, heard, failed } = deps;
  signal.throwIfAborted();
  const watched = new Map<string, FSWatcher>();
  let pause = new AbortController();
  const reload = async (): Promise<void> => {
    pause.abort('changed again');
    pause = new AbortController();
    const own = AbortSignal.any([pause.signal, signal]);
    try {
      await clock.sleep(debounceMs, own);
    } catch (error) {
      if (own.aborted) return;
      throw error;
    }
    heard(await keeper.reload());
    watchFolders();
  };
  // Folders are watched, not files: an editor that replaces a file takes the watched one away.
  const watchFolders = (): void => {
    for (const folder of foldersOf(keeper)) {
      if (watched.has(folder)) continue;
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || filesOf(keeper).has(join(folder, name))) reload().catch(failed);
      });
      watcher.on('error', failed);
      watched.set(folder, watcher);
    }
  };
  signal.addEventListener(
    'abort',
    () => {
      for (const watcher of watched.values()) watcher.close();
    },
    { once: true },
  );
  watchFolders();
}

/** What was read, and what would be if it were there. */
function filesOf(keeper: WatchDeps['keeper']): ReadonlySet<string> {
  const { file, sources } = keeper.current();
  return new Set([file, join(dirname(file), '.env'), ...sources]);
}

function foldersOf(keeper: WatchDeps['keeper']): string[] {
  return [...new Set([...filesOf(keeper)].map((file) => dirname(file)))];
}
