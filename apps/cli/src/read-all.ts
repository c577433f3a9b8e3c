import type { Readable } from 'node:stream';

/** Everything a stream says, as UTF-8 text. */
export async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array | string)); // what byte streams give
  return Buffer.concat(chunks).toString('utf8');
}
