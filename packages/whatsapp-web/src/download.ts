import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { Failure } from './failure.ts';
import type { Library } from './library.ts';

const FileRef = z.looseObject({
  type: z.enum(['image', 'sticker', 'audio', 'video', 'document']),
  directPath: z.string().startsWith('/'),
  mediaKey: z.base64().min(4),
});

/** Writes the bytes of a file, at most `maxBytes`, for the owner alone. Throws `gone`, `too-large` or `unavailable`. */
export async function downloadTo(
  library: Pick<Library, 'download'>,
  {
    ref,
    path,
    maxBytes,
  }: { readonly ref: unknown; readonly path: string; readonly maxBytes: number },
): Promise<void> {
  const parsed = FileRef.safeParse(ref);
  if (!parsed.success) throw new Failure('gone', 'The message names no file.', false);
  const { type, directPath, mediaKey } = parsed.data;
  const file = { type, directPath, mediaKey: new Uint8Array(Buffer.from(mediaKey, 'base64')) };
  let bytes: AsyncIterable<Uint8Array>;
  try {
    bytes = await library.download(file);
  } catch (error) {
    if (isGone(error))
      throw new Failure('gone', 'WhatsApp does not have the file any more.', false);
    throw error;
  }
  await pipeline(atMost(bytes, maxBytes), createWriteStream(path, { mode: 0o600 }));
}

async function* atMost(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > maxBytes)
      throw new Failure('too-large', `The file has more than ${maxBytes} bytes.`, false);
    yield chunk;
  }
}

/** WhatsApp keeps files for a while, and then answers 404 or 410. */
function isGone(error: unknown): boolean {
  return (
    error instanceof Error && /\b(?:404|410)\b/.test(`${error.message} ${JSON.stringify(error)}`)
  );
}
