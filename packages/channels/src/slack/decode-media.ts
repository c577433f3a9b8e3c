import type { ChannelMedia } from '@cuttle/core-types/ports';
import { cleanText } from '../foreign-text.ts';
import { WireFile, type WireMessage } from './wire.ts';

type File = NonNullable<ChannelMedia['file']>;

/** What is attached. A file that Slack hides (too old, or of another workspace) is named by its kind alone. */
export function decodeMedia({ files }: Pick<WireMessage, 'files'>): ChannelMedia[] {
  return (files ?? []).map((raw) => {
    const file = WireFile.safeParse(raw);
    const isHere =
      file.success && file.data.mode !== 'tombstone' && file.data.mode !== 'hidden_by_limit';
    return isHere ? toMedium(file.data) : { kind: 'file' };
  });
}

function toMedium(file: WireFile): ChannelMedia {
  const stated = file.mimetype?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const mimeType = /^[a-z]+\/[\w.+-]+$/.test(stated) ? stated : 'application/octet-stream';
  const name = cleanText(file.name ?? '').slice(0, 300);
  const { kind, sort } = sortOf(file, mimeType);
  return {
    kind,
    file: {
      ref: { fileId: file.id },
      mimeType,
      ...(name !== '' && { name }),
      ...(typeof file.size === 'number' && { bytes: file.size }),
      ...(typeof file.duration_ms === 'number' && { durationMs: Math.round(file.duration_ms) }),
      ...sort,
    },
  };
}

/** Slack measures what it can read as a picture, and marks what was recorded in it. https://docs.slack.dev/reference/objects/file-object */
function sortOf(
  { original_w: width, subtype }: WireFile,
  mimeType: string,
): { readonly kind: string; readonly sort: Pick<File, 'type' | 'voice'> } {
  if (subtype === 'slack_audio') return { kind: 'voice', sort: { type: 'audio', voice: true } };
  if (mimeType.startsWith('image/') && typeof width === 'number')
    return { kind: 'photo', sort: { type: 'image' } };
  const [major = ''] = mimeType.split('/', 1);
  const kind = major === 'audio' || major === 'video' ? major : 'document';
  return { kind, sort: { type: 'document' } };
}
