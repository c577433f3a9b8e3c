import type { BridgeFile } from '@cuttle/core-types/bridge';
import type { OutboundFile } from '@cuttle/core-types/ports';

export const fileKinds = ['image', 'video', 'audio', 'voice', 'document'] as const;
type FileKind = BridgeFile['kind'];

/** What phones show or play themselves; the rest is a document. */
const shown: Readonly<Record<string, FileKind>> = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'video/mp4': 'video',
  'audio/aac': 'audio',
  'audio/mpeg': 'audio',
  'audio/mp4': 'audio',
  'audio/ogg': 'voice',
};

/** The most of what is shown. https://faq.whatsapp.com/1300504807237612 */
const maxShownBytes = 16 * 1024 * 1024;
/** A document may have more; it stands in memory on its way. https://faq.whatsapp.com/453914586839706 */
export const maxUploadBytes = 100 * 1024 * 1024;

export function fileKindOf({ mimeType, bytes }: OutboundFile): FileKind {
  return bytes <= maxShownBytes ? (shown[mimeType] ?? 'document') : 'document';
}

/** Voice and music have no words under them. */
export function hasCaption(kind: FileKind): boolean {
  return kind !== 'audio' && kind !== 'voice';
}
