import type { Upload } from '../conversation/outbox.ts';

/** What one message of the protocol holds, in base64 and with its words. */
export const maxUploadBytes = 6_000_000;
export const maxUploads = 10;

/** Said where files are chosen. */
export const uploadLimits = `Up to ${maxUploads} files, ${maxUploadBytes / 1_000_000} MB together`;
export const tooLarge = `The files of a message have at most ${maxUploadBytes / 1_000_000} MB together.`;

/** Those of `more` for which there is room in one message beside `files`. */
export function whatFits(files: readonly Upload[], more: readonly Upload[]): readonly Upload[] {
  const most = Math.ceil(maxUploadBytes / 3) * 4;
  let chars = files.reduce((sum, { data }) => sum + data.length, 0);
  return more.filter(({ data }) => {
    const fits = chars + data.length <= most;
    if (fits) chars += data.length;
    return fits;
  });
}

export type UploadResult =
  | { readonly ok: true; readonly upload: Upload }
  | { readonly ok: false; readonly reason: string };

/** A file as it goes with a message. */
export async function toUpload(file: File): Promise<UploadResult> {
  const { name, type, size } = file;
  if (size > maxUploadBytes)
    return { ok: false, reason: `${name} is larger than ${maxUploadBytes / 1_000_000} MB.` };
  if (size === 0) return { ok: false, reason: `${name} is empty.` };
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
