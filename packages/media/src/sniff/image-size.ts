export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Pixels of an image as its header says; undefined where the header is cut or of another format. */
export function readImageSize(bytes: Uint8Array, mimeType: string): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (mimeType) {
    // The IHDR chunk is the first: https://www.w3.org/TR/png-3/#11IHDR
    case 'image/png':
      return view.byteLength < 24
        ? undefined
        : { width: view.getUint32(16), height: view.getUint32(20) };
    // The logical screen: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
    case 'image/gif':
      return view.byteLength < 10
        ? undefined
        : { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    case 'image/webp':
      return readWebp(view);
    case 'image/jpeg':
      return readJpeg(view);
    default:
      return undefined;
  }
}

/** https://www.rfc-editor.org/rfc/rfc9649: one of three first chunks. */
function readWebp(view: DataView): ImageSize | undefined {
  if (view.byteLength < 30) return undefined;
  const chunk = view.getUint32(12);
  // "VP8X": sizes less one, in three bytes each.
  if (chunk === 0x56503858) return { width: three(view, 24) + 1, height: three(view, 27) + 1 };
  // "VP8L": 14 bits each, less one, behind a byte that marks it.
  if (chunk === 0x5650384c) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  // "VP8 ": behind the frame tag and its start code.
  if (chunk === 0x56503820)
    return {
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  return undefined;
}

function three(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

/** Segments up to the frame header (SOF): ITU-T T.81, B.2.2. */
function readJpeg(view: DataView): ImageSize | undefined {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Restarts and the start of the image have no length.
    const isBare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isBare ? 2 : 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}
