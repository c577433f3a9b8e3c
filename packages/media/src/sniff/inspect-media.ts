import type { MediaFacts } from '@cuttle/core-types/ports';
import { readImageSize } from './image-size.ts';
import { findSignature } from './signatures.ts';

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** Types of text by the ending of a name: text has no mark of its own. */
const textTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  htm: 'text/html',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  markdown: 'text/markdown',
  tsv: 'text/tab-separated-values',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
};

/** Containers that hold sound alone, or sound and pictures. */
const soundContainers: Readonly<Record<string, string>> = {
  'video/webm': 'audio/webm',
  'video/mp4': 'audio/mp4',
  'video/3gpp': 'audio/mp4',
  'video/x-matroska': 'audio/webm',
};

/**
 * What bytes are. A declared type decides only between what the same first bytes can be: which text it is, and whether a container holds sound alone.
 */
export function inspectMedia(
  bytes: Uint8Array,
  declared: { readonly mimeType: string; readonly name?: string | undefined },
): MediaFacts {
  const mimeType = typeOf(bytes, declared);
  const size = mimeType.startsWith('image/') ? readImageSize(bytes, mimeType) : undefined;
  return { kind: kindOf(mimeType), mimeType, bytes: bytes.length, ...size };
}

function typeOf(
  bytes: Uint8Array,
  { mimeType, name = '' }: { readonly mimeType: string; readonly name?: string | undefined },
): string {
  const marked = withDocType(findSignature(bytes), bytes);
  const sound = marked && soundContainers[marked];
  if (sound !== undefined && mimeType.startsWith('audio/')) return sound;
  if (marked === 'application/zip') return isWordFile(bytes) ? docx : marked;
  if (marked !== undefined) return marked;
  return isText(bytes) ? textTypeOf(bytes, mimeType, name) : 'application/octet-stream';
}

/** Both containers begin alike; which one it is stands in the header as words. RFC 9559, section 11. */
function withDocType(marked: string | undefined, bytes: Uint8Array): string | undefined {
  if (marked !== 'video/webm') return marked;
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 64));
  return header.includes('matroska') ? 'video/x-matroska' : marked;
}

function textTypeOf(bytes: Uint8Array, mimeType: string, name: string): string {
  const ending = /\.([a-z\d]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const said = mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  const known = Object.values(textTypes).includes(said) ? said : textTypes[ending];
  return known ?? (looksLikeHtml(bytes) ? 'text/html' : 'text/plain');
}

function kindOf(mimeType: string): MediaFacts['kind'] {
  if (mimeType.startsWith('image/')) return 'image';
  if (mimeType.startsWith('audio/')) return 'audio';
  if (mimeType.startsWith('video/')) return 'video';
  const isDocument =
    mimeType.startsWith('text/') ||
    mimeType === 'application/pdf' ||
    mimeType === docx ||
    Object.values(textTypes).includes(mimeType);
  return isDocument ? 'document' : 'other';
}

/** ECMA-376 part 2: the files of a package are named in clear, and a text document has this one. */
function isWordFile(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('word/document.xml') >= 0
  );
}

const sample = 4096;

/** No control characters but white space, as in https://mimesniff.spec.whatwg.org/#binary-data-byte; UTF-16 says so with its first character. */
function isText(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return bytes
    .subarray(0, sample)
    .every((byte) => byte > 0x1f || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b);
}

function looksLikeHtml(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  return /^\s*(?:<!doctype html|<html|<head|<body)/i.test(start);
}
