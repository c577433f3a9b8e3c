import { randomFillSync } from 'node:crypto';

/**
 * UUIDv7 text for the rows that the store names itself (sessions, conversations, persons).
 * https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 * Not `createIds` of core-types: its index loads zod, which costs each worker thread more than all of its own code.
 */
export function createNewId(now: () => number): () => string {
  const bytes = Buffer.alloc(16);
  return () => {
    randomFillSync(bytes);
    bytes.writeUIntBE(now(), 0, 6);
    bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
    bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
