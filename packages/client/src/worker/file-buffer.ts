import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createAppender } from './append-whole.ts';
import type { WorkerBuffer } from './worker-buffer.ts';

/**
 * A worker's reports in a file of its own, which outlive its process: a line is on the disk when `append` resolves. One that was cut in the middle
 * of being written counts as never written. Throws what the file system throws.
 */
export async function openFileBuffer(path: string): Promise<WorkerBuffer & AsyncDisposable> {
  let { file, append, lines } = await openWhole(path);
  return {
    read: async () => lines,
    async append(line) {
      await append(`${line}\n`);
      lines = [...lines, line];
    },
    async replace(next) {
      const text = next.map((line) => `${line}\n`).join('');
      await writeWhole(path, text);
      await file.close();
      ({ file, append, lines } = await openWhole(path));
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function openWhole(path: string): Promise<{
  file: FileHandle;
  append: (text: string) => Promise<void>;
  lines: readonly string[];
}> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) await writeWhole(path, '');
  const whole = text?.slice(0, text.lastIndexOf('\n') + 1) ?? '';
  const file = await open(path, 'r+');
  const bytes = Buffer.byteLength(whole);
  await file.truncate(bytes);
  return { file, append: createAppender(file, bytes), lines: whole.split('\n').slice(0, -1) };
}

/** Beside its place first, then moved there, so that there is always one or the other. */
async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
