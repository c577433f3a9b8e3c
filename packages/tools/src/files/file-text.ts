import { CuttleError } from '@cuttle/core-types/errors';

/** The bytes of a file as text. Throws `tool.failed` for what is no UTF-8 text, since editing it would damage it. */
export function decodeText(bytes: Uint8Array, path: string): string {
  try {
    if (!bytes.subarray(0, 8192).includes(0))
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw notText(path, error);
  }
  throw notText(path, undefined);
}

function notText(path: string, cause: unknown): CuttleError {
  return new CuttleError('tool.failed', `"${path}" is not a text file in UTF-8.`, { cause });
}

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
