import type { AudioPart, DocumentPart, ImagePart, UserPart, VideoPart } from '@cuttle/core-types';
import { textFor, type TextCode } from '@cuttle/core-types/texts';
import type { MediaDetail, MediaFacts, MediaKind, MediaText } from '@cuttle/core-types/ports';

export type MediaPart = ImagePart | AudioPart | DocumentPart | VideoPart;

export function isMedia(part: UserPart): part is MediaPart {
  return part.type !== 'text';
}

/** The words of a medium, in the place of it. The same row gives the same bytes. */
export function markOf(
  part: MediaPart,
  { kind, text, detail }: Pick<MediaText, 'kind' | 'text' | 'detail'>,
  maxChars: number,
): string {
  const what = nameOf(part, { kind, detail });
  if (text === '') return inBrackets(what, textFor('media.empty'));
  const words = cutWords(text, maxChars);
  if (kind === 'image' || kind === 'video')
    return inBrackets(what, textFor('media.seen', { text: words }));
  const code = kind === 'audio' ? 'media.heard' : 'media.text';
  return inBrackets(what, textFor(code, { text: words }));
}

/** Why a medium has neither gone to the model nor become words. */
export function missingMark(
  part: MediaPart,
  facts: Pick<MediaFacts, 'kind' | 'bytes'> | undefined,
  reason: { readonly code: TextCode; readonly parameters?: Readonly<Record<string, string>> },
): string {
  const kind = facts?.kind ?? part.type;
  const size = facts === undefined ? '' : `, ${sizeText(facts.bytes)}`;
  const what = `${nameOf(part, { kind, detail: {} })}${size}`;
  return inBrackets(what, textFor(reason.code, reason.parameters ?? {}));
}

export function inBrackets(what: string, text: string): string {
  return textFor('media.described', { what, text });
}

export function nameOf(
  part: MediaPart,
  { kind, detail }: { readonly kind: MediaKind | 'other'; readonly detail: MediaDetail },
): string {
  const noun = nounOf(part, kind);
  const name = part.name === undefined ? '' : ` ${oneLine(part.name)}`;
  const lasts = part.type === 'audio' ? part.durationMs : undefined;
  const durationMs = lasts ?? detail.durationMs;
  const { pages } = detail;
  return [
    `${noun}${name}`,
    ...(durationMs === undefined ? [] : [durationText(durationMs)]),
    ...(pages === undefined ? [] : [pages === 1 ? '1 page' : `${pages} pages`]),
  ].join(', ');
}

function nounOf(part: MediaPart, kind: MediaKind | 'other'): string {
  if (kind === 'other') return 'file';
  if (kind !== 'audio') return kind;
  // Of a film the sound is heard.
  if (part.mimeType.startsWith('video/')) return 'video';
  return part.type === 'audio' && part.voice === true ? 'voice note' : kind;
}

const mostNameChars = 100;

/** A name is a stranger's words: it stays within its brackets. */
function oneLine(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}[\]]+/gu, ' ').slice(0, mostNameChars);
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function cutWords(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const shown = text.slice(0, maxChars);
  const parameters = { shown: String(maxChars), all: String(text.length) };
  return `${shown}${textFor('media.cut', parameters)}`;
}
