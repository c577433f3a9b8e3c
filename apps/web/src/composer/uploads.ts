import type { Upload } from '../conversation/outbox.ts';

/** Larger files do not fit into one message of the protocol. */
export const maxUploadBytes = 8_000_000;
export const maxUploads = 10;

export type UploadResult =
  | { readonly ok: true; readonly upload: Upload }
  | { readonly ok: false; readonly reason: string };

/** A file as it goes with a message. */
export async function toUpload(file: File): Promise<UploadResult> {
  const { name, type, size } = file;
  if (size > maxUploadBytes)
    return { ok: false, reason: `${name} is larger than ${maxUploadBytes / 1_000_000} MB.` };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mimeType = type === '' ? 'application/octet-stream' : type;
  return { ok: true, upload: { mimeType, name, data: toBase64(bytes) } };
}

/** `btoa` takes a string of bytes; whole files at once would overflow the argument list. */
function toBase64(bytes: Uint8Array): string {
  const step = 0x8000;
  let binary = '';
  for (let at = 0; at < bytes.length; at += step)
    binary += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(binary);
}
