import type { BlobStore, MediaReading, ToolOutput } from '@cuttle/core-types/ports';

/** Where pictures that a tool came upon are put for a model to see. */
export interface Pictures {
  readonly inspect: MediaReading['inspect'];
  readonly blobs: Pick<BlobStore, 'put'>;
}

/** Formats that every dialect with pictures carries. */
const pictureTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
]);

/** A picture by what its bytes are, stored before the result names it; undefined for anything else. */
export async function toPicture(
  { inspect, blobs }: Pictures,
  { bytes, name }: { readonly bytes: Uint8Array; readonly name: string },
  signal: AbortSignal,
): Promise<ToolOutput | undefined> {
  const { mimeType, width, height } = inspect(bytes, { mimeType: '', name });
  if (!pictureTypes.has(mimeType)) return undefined;
  const sha256 = await blobs.put(bytes, mimeType, signal);
  const size = width === undefined || height === undefined ? '' : `, ${width}×${height} pixels`;
  return {
    text: `The picture ${name} (${mimeType}, ${bytes.length} bytes${size}).`,
    images: [{ type: 'image', mimeType, name, source: { kind: 'blob', sha256 } }],
  };
}
