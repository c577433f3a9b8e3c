import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where bytes lie that a gateway and a bridge hand to each other, each for as long as somebody uses it. */
export interface FilePlaces {
  with<Result>(use: (path: string) => Promise<Result>): Promise<Result>;
}

/** What an earlier life left in the folder goes with the first use. */
export function createFilePlaces(folder: string): FilePlaces {
  let cleared: Promise<void> | undefined;
  const clear = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  };
  return {
    async with(use) {
      cleared ??= clear();
      try {
        await cleared;
      } catch (error) {
        cleared = undefined;
        throw error;
      }
      const place = await mkdtemp(join(folder, 'file-'));
      try {
        return await use(join(place, 'bytes'));
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    },
  };
}
