import type { OutboundFile } from '@cuttle/core-types/ports';

/** What a file is sent as, and what Meta takes of each. https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media */
export const fileKinds = ['image', 'audio', 'video', 'document'] as const;
export type FileKind = (typeof fileKinds)[number];

const mb = 1024 * 1024;
/** The most a document has. */
export const maxUploadBytes = 100 * mb;

const types: Readonly<Record<string, { readonly kind: FileKind; readonly maxBytes: number }>> = {
  'image/jpeg': { kind: 'image', maxBytes: 5 * mb },
  'image/png': { kind: 'image', maxBytes: 5 * mb },
  'audio/aac': { kind: 'audio', maxBytes: 16 * mb },
  'audio/amr': { kind: 'audio', maxBytes: 16 * mb },
  'audio/mpeg': { kind: 'audio', maxBytes: 16 * mb },
  'audio/mp4': { kind: 'audio', maxBytes: 16 * mb },
  'audio/ogg': { kind: 'audio', maxBytes: 16 * mb },
  'video/mp4': { kind: 'video', maxBytes: 16 * mb },
  'video/3gpp': { kind: 'video', maxBytes: 16 * mb },
};

const documents: ReadonlySet<string> = new Set([
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/pdf',
  'image/webp',
]);

/** The type that Meta is told: it knows no texts but plain ones, and refuses what is not in its list. */
export function uploadTypeOf({ mimeType }: Pick<OutboundFile, 'mimeType'>): string | undefined {
  if (types[mimeType] || documents.has(mimeType)) return mimeType;
  const isText = mimeType.startsWith('text/') || mimeType === 'application/json';
  return isText ? 'text/plain' : undefined;
}

/** What has a form of its own and is small enough for it; the rest goes as a document. */
export function fileKindOf({ mimeType, bytes }: OutboundFile): FileKind {
  const type = types[mimeType];
  return type && bytes <= type.maxBytes ? type.kind : 'document';
}
