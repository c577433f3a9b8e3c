import type { AudioPart, DocumentPart, ImagePart, UserPart, VideoPart } from '@cuttle/core-types';
import { toDocumentText, toPlaceholder } from '../transcript/media-text.ts';
import type { GeminiChoices } from './choices.ts';
import type { WirePart } from './kept-parts.ts';

export function encodeUserPart(part: UserPart, choices: GeminiChoices): WirePart {
  if (part.type === 'text') return { text: part.text };
  return encodeInline(part) ?? encodeAddress(part, choices) ?? { text: inWords(part) };
}

function inWords(part: ImagePart | AudioPart | DocumentPart | VideoPart): string {
  return part.type === 'document' ? toDocumentText(part) : toPlaceholder(part);
}

/**
 * https://ai.google.dev/gemini-api/docs/image-understanding, https://ai.google.dev/gemini-api/docs/audio,
 * https://ai.google.dev/gemini-api/docs/video-understanding and https://ai.google.dev/gemini-api/docs/document-processing. Other documents are read as text.
 */
const readable =
  /^(?:image\/(?:png|jpeg|webp|heic|heif)|audio\/(?:wav|x-wav|mp3|mpeg|aiff|aac|ogg|flac|m4a|mp4|webm|opus)|video\/(?:mp4|mpeg|mov|avi|x-flv|mpg|webm|wmv|3gpp)|application\/pdf)$/;

/** The service names a few types of films in its own way. */
const ownNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'video/quicktime': 'video/mov',
    'video/x-msvideo': 'video/avi',
    'video/x-ms-wmv': 'video/wmv',
  }),
);

function wireType(mimeType: string): string {
  return ownNames.get(mimeType) ?? mimeType;
}

/** Bytes, where the service reads their type. */
export function encodeInline(part: UserPart): WirePart | undefined {
  if (part.type === 'text' || part.source.kind !== 'base64') return undefined;
  const { source } = part;
  const mimeType = wireType(part.mimeType);
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
  { mimeType: type, source }: ImagePart | AudioPart | DocumentPart | VideoPart,
  { rule, applied }: GeminiChoices,
): WirePart | undefined {
  const mimeType = wireType(type);
  if (source.kind !== 'url' || applied.has('without-urls') || !readable.test(mimeType))
    return undefined;
  const own = /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/)/.test(source.url);
  const taken = own || (rule.urls === 'taken' && source.url.startsWith('https://'));
  return taken ? { fileData: { mimeType, fileUri: source.url } } : undefined;
}
