/**
 * A vector of length 1 in which texts with common words are near each other: each word, and each piece of three letters of it, adds
 * to places that its own characters choose. The same on every run and machine.
 */
export function wordVector(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
  const add = (piece: string, weight: number): void => {
    const hash = hashOf(piece);
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + (hash & 0x40_00_00_00 ? weight : -weight);
  };
  for (const word of words) {
    add(word, 1);
    for (let at = 0; at + 3 <= word.length; at += 1) add(`#${word.slice(at, at + 3)}`, 0.4);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector.fill(1, 0, 1) : vector.map((value) => value / length);
}

/** FNV-1a. */
function hashOf(piece: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < piece.length; at += 1)
    hash = Math.imul(hash ^ piece.charCodeAt(at), 0x01_00_01_93);
  return (hash ^ (hash >>> 15)) >>> 0;
}
