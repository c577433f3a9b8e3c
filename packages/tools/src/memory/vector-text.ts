import type { VectorText } from '@cuttle/core-types/ports';

/** A vector of any length as the store keeps it: of length one, so that a product of two is their cosine. */
export function toVectorText(vector: Float32Array): VectorText {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum) || 1;
  const unit = vector.map((value) => value / length);
  return Buffer.from(unit.buffer, unit.byteOffset, unit.byteLength).toString('base64');
}
