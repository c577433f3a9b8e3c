import type { BridgeCommand } from '@cuttle/core-types/bridge';
import type { Sending } from './library.ts';

/** What is asked to be sent → what Baileys sends. A file is read from its path while it goes. */
export function toContent({
  text,
  file,
}: Extract<BridgeCommand, { readonly type: 'send' }>): Sending {
  if (file === undefined) return { text };
  const { path: url, kind, name: fileName } = file;
  const mimetype = kind === 'voice' ? voiceType : file.mimeType;
  const caption = text === '' ? {} : { caption: text };
  switch (kind) {
    case 'image':
      return { image: { url }, mimetype, ...caption };
    case 'video':
      return { video: { url }, mimetype, ...caption };
    case 'document':
      return { document: { url }, mimetype, fileName, ...caption };
    case 'audio':
    case 'voice':
      return { audio: { url }, mimetype, ptt: kind === 'voice' };
  }
}

/** Phones play as a voice message what says of its codec what they write themselves. */
const voiceType = 'audio/ogg; codecs=opus';
