import type { AudioPart, DocumentPart, ImagePart, VideoPart } from '@cuttle/core-types';

/** Media in a place where this service takes none, in words. */
export function toPlaceholder(part: ImagePart | AudioPart | DocumentPart | VideoPart): string {
  const name =
    (part.type === 'document' || part.type === 'video') && part.name !== undefined
      ? ` "${part.name}"`
      : '';
  const url = part.source.kind === 'url' ? ` at ${part.source.url}` : '';
  return `[${part.type}${name} (${part.mimeType})${url}, which cannot be shown here]`;
}

/** The text of a document that is text, if its bytes are at hand. */
export function findDocumentText(part: DocumentPart): string | undefined {
  if (!isText(part.mimeType) || part.source.kind !== 'base64') return undefined;
  const bytes = decodeBase64(part.source.data);
  return bytes && new TextDecoder().decode(bytes);
}

/** A document as text, with its name around it, for a service that takes no documents. */
export function toDocumentText(part: DocumentPart): string {
  const text = findDocumentText(part);
  if (text === undefined) return toPlaceholder(part);
  return `<document name="${(part.name ?? 'document').replaceAll('"', "'")}">\n${text}\n</document>`;
}

function isText(mimeType: string): boolean {
  return /^text\/|^application\/(?:json|xml|yaml|x-yaml|javascript|x-sh|sql|csv|toml)\b/i.test(
    mimeType,
  );
}

function decodeBase64(data: string): Uint8Array | undefined {
  try {
    const binary = atob(data);
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch (error) {
    // Not base64: the model is told that there was a document.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
