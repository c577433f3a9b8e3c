/** The first bytes of a format. `at` counts from the beginning; `.` in `bytes` is any byte. */
interface Signature {
  readonly mimeType: string;
  readonly at?: number;
  /** Latin-1. */
  readonly bytes: string;
}

/**
 * The first that fits holds. Sources: WHATWG MIME Sniffing (https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and the
 * audio patterns after it), RFC 9649 (WebP), RFC 3533 (Ogg), ISO 14496-12 (`ftyp` brands at https://mp4ra.org), Matroska (RFC 9559), MPEG-1 and 2 (ISO 11172-1, 13818-1: the first
 * start code), PKWARE APPNOTE (ZIP).
 */
const signatures: readonly Signature[] = [
  { mimeType: 'image/png', bytes: '\x89PNG\r\n\x1a\n' },
  { mimeType: 'image/jpeg', bytes: '\xff\xd8\xff' },
  { mimeType: 'image/gif', bytes: 'GIF87a' },
  { mimeType: 'image/gif', bytes: 'GIF89a' },
  { mimeType: 'image/webp', bytes: 'RIFF....WEBP' },
  { mimeType: 'image/bmp', bytes: 'BM....\0\0\0\0' },
  { mimeType: 'image/tiff', bytes: 'II*\0' },
  { mimeType: 'image/tiff', bytes: 'MM\0*' },
  { mimeType: 'image/heic', at: 4, bytes: 'ftyphei' },
  { mimeType: 'image/heic', at: 4, bytes: 'ftyphev' },
  { mimeType: 'image/heif', at: 4, bytes: 'ftypmif1' },
  { mimeType: 'image/avif', at: 4, bytes: 'ftypavi' },
  { mimeType: 'application/pdf', bytes: '%PDF-' },
  { mimeType: 'application/zip', bytes: 'PK\x03\x04' },
  { mimeType: 'application/zip', bytes: 'PK\x05\x06' },
  { mimeType: 'audio/ogg', bytes: 'OggS' },
  { mimeType: 'audio/mpeg', bytes: 'ID3' },
  { mimeType: 'audio/wav', bytes: 'RIFF....WAVE' },
  { mimeType: 'audio/flac', bytes: 'fLaC' },
  { mimeType: 'audio/amr', bytes: '#!AMR' },
  { mimeType: 'audio/mp4', at: 4, bytes: 'ftypM4A' },
  { mimeType: 'audio/mp4', at: 4, bytes: 'ftypM4B' },
  { mimeType: 'video/quicktime', at: 4, bytes: 'ftypqt' },
  { mimeType: 'video/3gpp', at: 4, bytes: 'ftyp3g' },
  { mimeType: 'video/mp4', at: 4, bytes: 'ftyp' },
  { mimeType: 'video/quicktime', at: 4, bytes: 'moov' },
  { mimeType: 'video/webm', bytes: '\x1aE\xdf\xa3' },
  { mimeType: 'video/x-msvideo', bytes: 'RIFF....AVI ' },
  { mimeType: 'video/x-flv', bytes: 'FLV\x01' },
  { mimeType: 'video/x-ms-wmv', bytes: '\x30\x26\xb2\x75\x8e\x66\xcf\x11' },
  { mimeType: 'video/mpeg', bytes: '\0\0\x01\xba' },
  { mimeType: 'video/mpeg', bytes: '\0\0\x01\xb3' },
  { mimeType: 'application/gzip', bytes: '\x1f\x8b' },
  { mimeType: 'application/x-7z-compressed', bytes: "7z\xbc\xaf'\x1c" },
  { mimeType: 'application/vnd.rar', bytes: 'Rar!\x1a\x07' },
  { mimeType: 'application/x-ole-storage', bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' },
];

/** What the first bytes of a file with a mark say; undefined for text and for what nobody marks. */
export function findSignature(bytes: Uint8Array): string | undefined {
  const found = signatures.find((signature) => fits(bytes, signature));
  return found?.mimeType ?? (isMpegAudio(bytes) ? 'audio/mpeg' : undefined);
}

function fits(bytes: Uint8Array, { at = 0, bytes: mark }: Signature): boolean {
  if (bytes.length < at + mark.length) return false;
  for (let index = 0; index < mark.length; index += 1)
    if (mark[index] !== '.' && bytes[at + index] !== mark.charCodeAt(index)) return false;
  return true;
}

/** A frame's sync word with a layer, a bit rate and a sampling rate that exist; ADTS, the frame of AAC, has layer 0. */
function isMpegAudio(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return false;
  const isLayered = (second & 0x06) !== 0 && (second & 0x18) !== 0x08;
  return isLayered && third >> 4 !== 15 && third >> 4 !== 0 && (third & 0x0c) !== 0x0c;
}
