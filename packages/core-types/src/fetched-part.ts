import type { AudioPart, DocumentPart, ImagePart, VideoPart } from './message.ts';
import type { FetchedMedia } from './ports/media-journal.ts';

/** A medium that a messenger held, with what became of it: of the type that its bytes are, or known to have none. */
export function toFetchedPart(
  part: ImagePart | AudioPart | DocumentPart | VideoPart,
  fetched: FetchedMedia,
): ImagePart | AudioPart | DocumentPart | VideoPart {
  const { source } = part;
  if (source.kind !== 'channel') return part;
  if (fetched.kind === 'failed') return { ...part, source: { ...source, failure: fetched.code } };
  const { type, mimeType, sha256 } = fetched;
  const sound =
    type === 'audio' && part.type === 'audio'
      ? {
          ...(part.durationMs !== undefined && { durationMs: part.durationMs }),
          ...(part.voice !== undefined && { voice: part.voice }),
        }
      : {};
  return {
    type,
    mimeType,
    ...(part.name !== undefined && { name: part.name }),
    ...sound,
    source: { kind: 'blob', sha256 },
  };
}
