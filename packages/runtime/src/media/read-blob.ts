import { isCuttleError } from '@cuttle/core-types/errors';
import type { Kernel } from '../kernel.ts';

const readMs = 10_000;

/** Undefined where the bytes went by retention. */
export async function readBlob(
  { store }: Pick<Kernel, 'store'>,
  sha256: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    const late = AbortSignal.timeout(readMs);
    return (await store.blobs.read(sha256, AbortSignal.any([signal, late]))).bytes;
  } catch (error) {
    if (isCuttleError(error, 'request.not-found')) return undefined;
    throw error;
  }
}
