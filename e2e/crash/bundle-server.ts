import { join } from 'node:path';
import { bundle } from '@cuttle/tooling/tsup';
import { build } from 'tsup';

const sources = join(import.meta.dirname, '../../packages');

/** Bundles the crash server into `folder`, as an app is bundled: a restart then takes half the time. Returns the file to start. */
export async function bundleCrashServer(folder: string): Promise<string> {
  const { onSuccess: _launcher, ...options } = bundle(
    join(import.meta.dirname, 'crash-server.ts'),
    {
      'sqlite-writer': join(sources, 'store/src/sqlite/writer.ts'),
      'sqlite-reader': join(sources, 'store/src/sqlite/reader-worker.ts'),
    },
  );
  await build({ ...options, config: false, outDir: folder });
  return join(folder, 'app.js');
}
