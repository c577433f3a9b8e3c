import { readFile, stat } from 'node:fs/promises';
import { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { MediaCapability } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { BridgeLink } from './bridge-link.ts';
import type { FilePlaces } from './file-places.ts';

const FileRef = z.looseObject({ file: Json });

/** Files that people send: the bridge writes each to a place of the account, where it is read and taken away. */
export function createFileFetch({
  link,
  places,
  maxBytes,
}: {
  readonly link: BridgeLink;
  readonly places: FilePlaces;
  readonly maxBytes: number;
}): MediaCapability {
  return {
    maxBytes,
    async fetch({ ref, maxBytes: wanted }, signal) {
      signal.throwIfAborted();
      const parsed = FileRef.safeParse(ref);
      if (!parsed.success) throw new CuttleError('media.gone', 'The message names no file.');
      const most = Math.min(wanted, maxBytes);
      return places.with(async (path) => {
        await link.ask({ type: 'download', ref: parsed.data.file, path, maxBytes: most }, signal);
        // What the bridge wrote is not believed either.
        const { size } = await stat(path);
        if (size > most)
          throw new CuttleError('media.too-large', `The file has more than ${most} bytes.`);
        return new Uint8Array(await readFile(path, { signal }));
      });
    },
  };
}
