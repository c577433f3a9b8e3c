import { CuttleError } from '@cuttle/core-types/errors';
import type { SentFile } from '@cuttle/core-types/ports';
import type { SentKind } from './arrange-files.ts';
import type { TelegramCall } from './encode.ts';

interface FileCall {
  readonly media: readonly SentKind[];
  /** The place, and what is answered. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly caption: Readonly<Record<string, unknown>>;
  /** `document`: whatever they are, as plain files. */
  readonly files: 'shown' | 'document';
}

const methods: Readonly<Record<SentKind, string>> = {
  photo: 'sendPhoto',
  animation: 'sendAnimation',
  audio: 'sendAudio',
  voice: 'sendVoice',
  video: 'sendVideo',
  document: 'sendDocument',
};

/** One file, or several as an album. https://core.telegram.org/bots/api#sending-files */
export function encodeFiles(
  sent: readonly SentFile[] = [],
  { media, params, caption, files: style }: FileCall,
): TelegramCall {
  if (sent.length === 0 || sent.length !== media.length)
    throw new CuttleError('channel.invalid', 'The files of this message are not at hand.');
  const files = sent.map((file, index) => ({ field: `file${index}`, file }));
  const kindAt = (index: number): SentKind =>
    style === 'document' ? 'document' : (media[index] ?? 'document');
  if (files.length === 1) {
    const kind = kindAt(0);
    const method = methods[kind];
    return { method, params: { ...params, [kind]: 'attach://file0', ...caption }, files };
  }
  const album = files.map(({ field }, index) => ({
    type: kindAt(index),
    media: `attach://${field}`,
    ...(index === 0 && caption),
  }));
  return { method: 'sendMediaGroup', params: { ...params, media: album }, files };
}
