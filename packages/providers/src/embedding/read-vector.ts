import { CuttleError } from '@cuttle/core-types/errors';

/** How the numbers were asked for. A service that answers with plain numbers in any case is understood. */
export type VectorFormat = 'float' | 'base64';

/** One vector as a service sent it → numbers. Throws `provider.invalid` for what is none. */
export function readVector(
  sent: unknown,
  { service, format }: { readonly service: string; readonly format: VectorFormat },
): Float32Array {
  const vector = Array.isArray(sent)
    ? fromNumbers(sent, service)
    : fromText(sent, { service, format });
  if (vector.length === 0) throw unusable(service, 'a vector is empty');
  // Also what a float of 32 bits cannot hold.
  if (!vector.every(Number.isFinite)) throw unusable(service, 'a vector holds what is no number');
  return vector;
}

/** A failure of an answer that came whole and cannot be used. */
export function unusable(service: string, what: string): CuttleError {
  return new CuttleError(
    'provider.invalid',
    `${service} answered with embeddings that cannot be used: ${what}.`,
    { hint: 'Is it a model for embeddings, and does baseUrl lead to the service that is meant?' },
  );
}

function fromNumbers(sent: readonly unknown[], service: string): Float32Array {
  const vector = new Float32Array(sent.length);
  for (let at = 0; at < sent.length; at += 1) {
    const value = sent[at];
    if (typeof value !== 'number') throw unusable(service, 'a vector holds what is no number');
    vector[at] = value;
  }
  return vector;
}

/** Floats of 32 bits, the lowest byte first, in base64. https://platform.openai.com/docs/api-reference/embeddings/create */
function fromText(
  sent: unknown,
  { service, format }: { readonly service: string; readonly format: VectorFormat },
): Float32Array {
  if (typeof sent !== 'string' || format !== 'base64')
    throw unusable(service, 'a vector is no list of numbers');
  const bytes = decodeBase64(sent);
  if (bytes === undefined || bytes.length % 4 !== 0)
    throw unusable(service, 'a vector is no base64 of whole numbers');
  const view = new DataView(bytes.buffer);
  const vector = new Float32Array(bytes.length / 4);
  for (let at = 0; at < vector.length; at += 1) vector[at] = view.getFloat32(at * 4, true);
  return vector;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
