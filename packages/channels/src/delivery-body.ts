import { Json } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';

/** The bytes that a platform posts to a webhook, as they came. Throws `request.too-large` as soon as there are more than `maxBytes`. */
export async function readDelivery(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBytes)
      throw new CuttleError('request.too-large', `A delivery has at most ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** What a delivery says; undefined where it is no JSON, or nested deeper than any. */
export function parseDelivery(bytes: Uint8Array | string): Json | undefined {
  try {
    const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
    return Json.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
