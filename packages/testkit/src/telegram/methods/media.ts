import { badRequest } from '../failure.ts';
import type { UploadedFile } from '../read-request.ts';
import type { WireFile } from '../wire.ts';
import type { Media, StoredFile, World } from '../world.ts';
import {
  type MethodCall,
  type MethodContext,
  type MethodResult,
  type MethodTable,
  textOf,
} from './method.ts';
import { countVisible, readPlace, readText } from './outgoing.ts';

/** https://core.telegram.org/bots/api#sending-files */
export const mediaMethods: MethodTable = {
  sendPhoto: (call, context) => sendFile(call, context, 'photo'),
  sendDocument: (call, context) => sendFile(call, context, 'document'),
  sendVoice: (call, context) => sendFile(call, context, 'voice'),
  getFile,
};

/** What a bot sends here. */
type SentKind = 'photo' | 'document' | 'voice';
/** What a person sends. */
export type MediaKind = SentKind | 'audio' | 'video' | 'video_note' | 'animation' | 'sticker';

function sendFile(call: MethodCall, context: MethodContext, kind: SentKind): MethodResult {
  const caption = readText(call, context, 'caption');
  const place = readPlace(call, context);
  const { world } = context;
  const { file, upload } = readFile(call, world, kind);
  countVisible(place.chat, context);
  const media = toMedia(kind, file, { name: upload?.fileName, mimeType: upload?.mimeType });
  const message = world.addMessage(place.chat, { ...place, from: world.bot, text: caption, media });
  return { result: world.toWire(message) };
}

function readFile(
  call: MethodCall,
  world: World,
  kind: SentKind,
): { file: StoredFile; upload?: UploadedFile } {
  const value = textOf(call.params[kind]) ?? '';
  const known = world.files.get(value);
  if (known !== undefined) return { file: known };
  if (!value.startsWith('attach://')) throw badRequest('wrong file identifier/HTTP URL specified');
  const upload = call.files.find(({ field }) => field === value.slice('attach://'.length));
  if (upload === undefined) throw badRequest(`there is no ${kind} in the request`);
  if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
  return { file: world.addFile(kind, upload.fileName, upload.bytes), upload };
}

export function toMedia(
  kind: MediaKind,
  file: StoredFile,
  about: { name?: string | undefined; mimeType?: string | undefined },
): Media {
  const base = toWireFile(file);
  const picture = { ...base, width: 640, height: 480 };
  const typed = { ...base, ...(about.mimeType === undefined ? {} : { mime_type: about.mimeType }) };
  const named = { ...typed, ...(about.name === undefined ? {} : { file_name: about.name }) };
  switch (kind) {
    case 'photo':
      return { photo: [picture] };
    case 'voice':
      return { voice: { ...typed, duration: 1 } };
    case 'audio':
      return { audio: { ...named, duration: 1 } };
    case 'video':
      return { video: { ...named, ...picture, duration: 1 } };
    case 'animation':
      return { animation: { ...named, ...picture, duration: 1 } };
    case 'video_note':
      return { video_note: { ...base, length: 240, duration: 1 } };
    case 'sticker':
      return {
        sticker: { ...picture, type: 'regular', is_animated: false, is_video: false, emoji: '👍' },
      };
    case 'document':
      return { document: named };
  }
}

function toWireFile(file: StoredFile): WireFile {
  return {
    file_id: file.id,
    file_unique_id: `u${file.id.slice(4, 20)}`,
    file_size: file.bytes.length,
  };
}

function getFile({ params }: MethodCall, context: MethodContext): MethodResult {
  const file = context.world.files.get(textOf(params['file_id']) ?? '');
  if (file === undefined) throw badRequest('wrong file_id or the file is temporarily unavailable');
  if (file.bytes.length > 20 * 1024 * 1024) throw badRequest('file is too big');
  file.linkedUntil = context.now() + context.state.fileLinkMs;
  return { result: { ...toWireFile(file), file_path: file.path } };
}
