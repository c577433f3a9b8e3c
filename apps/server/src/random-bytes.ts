const poolBytes = 4096;

/** Random bytes from a pool: ids are made many times a message, and each call to the system's source costs more than the bytes. */
export function createRandomBytes(): (bytes: Uint8Array) => Uint8Array {
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  return (bytes) => {
    if (used + bytes.length > poolBytes) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    bytes.set(pool.subarray(used, used + bytes.length));
    // What was given away must not be found in the pool again.
    pool.fill(0, used, used + bytes.length);
    used += bytes.length;
    return bytes;
  };
}
