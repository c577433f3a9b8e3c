import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file is there whole or as it was before: written beside, synced, renamed. For the owner alone. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
