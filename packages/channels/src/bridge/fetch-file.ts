import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { MediaCapability } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { BridgeLink } from './bridge-link.ts';

const FileRef = z.looseObject({ file: Json });

/** Files that people send: the bridge writes each into the folder of the account, where it is read and taken away. */
export function createFileFetch({
  link,
  folder,
  maxBytes,
}: {
  readonly link: BridgeLink;
  readonly folder: string;
  readonly maxBytes: number;
}): MediaCapability {
  const files = join(folder, 'downloads');
  return {
    maxBytes,
    async fetch({ ref, maxBytes: wanted }, signal) {
      signal.throwIfAborted();
      const parsed = FileRef.safeParse(ref);
      if (!parsed.success) throw new CuttleError('media.gone', 'The message names no file.');
      const most = Math.min(wanted, maxBytes);
      await mkdir(files, { recursive: true, mode: 0o700 });
      const place = await mkdtemp(join(files, 'file-'));
      try {
        const path = join(place, 'bytes');
        await link.ask({ type: 'download', ref: parsed.data.file, path, maxBytes: most }, signal);
        // What the bridge wrote is not believed either.
        const { size } = await stat(path);
        if (size > most)
          throw new CuttleError('media.too-large', `The file has more than ${most} bytes.`);
        return new Uint8Array(await readFile(path, { signal }));
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    },
  };
}
