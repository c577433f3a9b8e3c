import { watch } from 'node:fs';
import { platform } from 'node:os';

/** Tells of changes in a folder. */
export interface FolderWatch extends Disposable {
  /** Changes so far. */
  count(): number;
  /** Whether there were none since `count` was so much. */
  isUnchanged(since: number): Promise<boolean>;
}

/**
 * Undefined where a folder is not there, cannot be watched, or where word of a change may come later than what is said after it:
 * Linux queues it in the call that makes the change (https://man7.org/linux/man-pages/man7/inotify.7.html).
 * Not seen: changes by other machines that share the folder, and of what its links lead to.
 */
export function watchFolder(root: string): FolderWatch | undefined {
  if (platform() !== 'linux') return undefined;
  let changes = 0;
  try {
    const watcher = watch(root, { persistent: false }, () => {
      changes += 1;
    });
    // One that is broken is as good as a change at every moment.
    watcher.on('error', () => {
      changes = Number.NaN;
    });
    return {
      count: () => changes,
      async isUnchanged(since) {
        // What is queued already is told before the loop comes round.
        await new Promise(setImmediate);
        return changes === since;
      },
      [Symbol.dispose]: () => watcher.close(),
    };
  } catch {
    // No such folder, or no watch is left: then it is looked at every time.
    return undefined;
  }
}
