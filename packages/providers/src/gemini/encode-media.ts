import type { AudioPart, DocumentPart, ImagePart, UserPart } from '@cuttle/core-types';
import { toDocumentText, toPlaceholder } from '../transcript/media-text.ts';
import type { GeminiChoices } from './choices.ts';
import type { WirePart } from './kept-parts.ts';

export function encodeUserPart(part: UserPart, choices: GeminiChoices): WirePart {
  if (part.type === 'text') return { text: part.text };
  return encodeInline(part) ?? encodeAddress(part, choices) ?? { text: inWords(part) };
}

function inWords(part: ImagePart | AudioPart | DocumentPart): string {
  return part.type === 'document' ? toDocumentText(part) : toPlaceholder(part);
}

/**
 * https://ai.google.dev/gemini-api/docs/image-understanding, https://ai.google.dev/gemini-api/docs/audio and
 * https://ai.google.dev/gemini-api/docs/document-processing. Other documents are read as text.
 */
const readable =
  /^(?:image\/(?:png|jpeg|webp|heic|heif)|audio\/(?:wav|x-wav|mp3|mpeg|aiff|aac|ogg|flac|m4a|mp4|webm|opus)|application\/pdf)$/;

/** Bytes, where the service reads their type. */
export function encodeInline(part: UserPart): WirePart | undefined {
  if (part.type === 'text' || part.source.kind !== 'base64') return undefined;
  const { mimeType, source } = part;
  return readable.test(mimeType) && isBase64(source.data)
    ? { inlineData: { mimeType, data: source.data } }
    : undefined;
}

/** "Base64 decoding failed": bytes that are none are refused with the whole request. */
function isBase64(data: string): boolean {
  return data.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(data);
}

/** https://ai.google.dev/gemini-api/docs/file-input-methods: uploaded files, and what is public. */
function encodeAddress(
  { mimeType, source }: ImagePart | AudioPart | DocumentPart,
  { rule, applied }: GeminiChoices,
): WirePart | undefined {
  if (source.kind !== 'url' || applied.has('without-urls') || !readable.test(mimeType))
    return undefined;
  const own = /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/)/.test(source.url);
  const taken = own || (rule.urls === 'taken' && source.url.startsWith('https://'));
  return taken ? { fileData: { mimeType, fileUri: source.url } } : undefined;
}
