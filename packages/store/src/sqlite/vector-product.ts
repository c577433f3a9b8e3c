/** The product of a vector with the one that stands at a place of a list: for vectors of length one, their cosine. */
export function product(list: Float32Array, wanted: Float32Array, from: number): number {
  const whole = wanted.length - (wanted.length % 4);
  // Four sums that do not wait for each other: a processor adds them side by side.
  let [one, two, three, four] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    const place = from + at;
    one += numberAt(list, place) * numberAt(wanted, at);
    two += numberAt(list, place + 1) * numberAt(wanted, at + 1);
    three += numberAt(list, place + 2) * numberAt(wanted, at + 2);
    four += numberAt(list, place + 3) * numberAt(wanted, at + 3);
  }
  for (let at = whole; at < wanted.length; at += 1)
    one += numberAt(list, from + at) * numberAt(wanted, at);
  return one + two + three + four;
}

function numberAt(list: Float32Array, at: number): number {
  return list[at] ?? 0;
}

/** A vector as its row holds it. */
export function toVector(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  // A view needs its own alignment, which a buffer that holds several things may not give.
  if (byteOffset % 4 === 0) return new Float32Array(buffer, byteOffset, Math.floor(byteLength / 4));
  return new Float32Array(bytes.slice().buffer, 0, Math.floor(byteLength / 4));
}
