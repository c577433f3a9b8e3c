/** Makes ids: UUIDv7 text, so that rows written together lie together. Order is never read from an id. */
export type NewId = () => string;

/** https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7: 48 bits of Unix ms, then random bits. */
export function createIds(deps: { now(): number; random(bytes: Uint8Array): Uint8Array }): NewId {
  return () => {
    const bytes = deps.random(new Uint8Array(16));
    const view = new DataView(bytes.buffer);
    const now = deps.now();
    view.setUint16(0, Math.floor(now / 2 ** 32));
    view.setUint32(2, now % 2 ** 32);
    view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
    view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
