import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';

/** A file as it goes with a message. What it is, the gateway tells by its bytes. */
export interface ReadAttachment {
  readonly mimeType: string;
  readonly name: string;
  readonly data: string;
}

/** All of them go in one message of the protocol, in base64. */
const mostBytes = 6_000_000;
const mostFiles = 20;

/** Throws `request.invalid` for what is no file, and `request.too-large`. */
export function readAttachments(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly ReadAttachment[]> {
  return readMoreAttachments([], paths, signal);
}

/** Those beside what goes with the same message already; throws likewise. */
export async function readMoreAttachments(
  others: readonly ReadAttachment[],
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly ReadAttachment[]> {
  if (others.length + paths.length > mostFiles)
    throw invalid(`At most ${mostFiles} files go with a message.`);
  const read: ReadAttachment[] = [];
  let total = others.reduce((sum, { data }) => sum + Buffer.byteLength(data, 'base64'), 0);
  for (const path of paths) {
    // Looked at before it is read: a device or a pipe has no end.
    total += await sizeOf(path);
    if (total > mostBytes)
      throw new CuttleError(
        'request.too-large',
        `${path}: the files of a message have at most ${mostBytes / 1_000_000} MB together.`,
        { hint: 'Send fewer or smaller files.' },
      );
    const bytes = await readFile(path, { signal });
    read.push({
      mimeType: 'application/octet-stream',
      name: basename(path).slice(0, 200),
      data: bytes.toString('base64'),
    });
  }
  return read;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EACCES') throw invalid(`${path}: you may not read this file.`);
    throw invalid(`${path}: there is no such file.`);
  });
  if (!found.isFile()) throw invalid(`${path}: this is no file.`);
  if (found.size === 0) throw invalid(`${path}: this file is empty.`);
  return found.size;
}

function invalid(message: string): CuttleError {
  return new CuttleError('request.invalid', message, { hint: 'See `cuttle run --help`.' });
}
