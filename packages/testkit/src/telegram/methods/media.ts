import { badRequest } from '../failure.ts';
import type { FormattedText } from '../parse-text.ts';
import type { UploadedFile } from '../read-request.ts';
import type { WireFile } from '../wire.ts';
import type { Media, StoredFile, World } from '../world.ts';
import {
  arrayOf,
  fieldOf,
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
  sendAudio: (call, context) => sendFile(call, context, 'audio'),
  sendVideo: (call, context) => sendFile(call, context, 'video'),
  sendAnimation: (call, context) => sendFile(call, context, 'animation'),
  sendMediaGroup,
  getFile,
};

/** What a bot sends here. */
type SentKind = 'photo' | 'document' | 'voice' | 'audio' | 'video' | 'animation';
/** What a person sends. */
export type MediaKind = SentKind | 'video_note' | 'sticker';

function sendFile(call: MethodCall, context: MethodContext, kind: SentKind): MethodResult {
  const caption = readText(call, context, 'caption');
  const place = readPlace(call, context);
  const { world } = context;
  const value = textOf(call.params[kind]) ?? '';
  const { file, upload } = readFile(call, world, { kind, value });
  countVisible(place.chat, context);
  const media = toMedia(kind, file, { name: upload?.fileName, mimeType: upload?.mimeType });
  const message = world.addMessage(place.chat, { ...place, from: world.bot, text: caption, media });
  return { result: world.toWire(message) };
}

/** Two to ten that are of one kind, or photos and videos. https://core.telegram.org/bots/api#sendmediagroup */
function sendMediaGroup(call: MethodCall, context: MethodContext): MethodResult {
  const items = arrayOf(call.params['media']);
  if (items.length < 2 || items.length > 10)
    throw badRequest('group send failed: wrong number of media');
  const { world } = context;
  const place = readPlace(call, context);
  const read = items.map((item) => readGroupItem(call, context, item));
  const shapes = new Set(read.map(({ kind }) => (kind === 'video' ? 'photo' : kind)));
  if (shapes.size > 1) throw badRequest('group send failed: media types cannot be mixed');
  countVisible(place.chat, context);
  const messages = read.map(({ media, text }) =>
    world.addMessage(place.chat, { ...place, from: world.bot, text, media }),
  );
  return { result: messages.map((message) => world.toWire(message)) };
}

function readGroupItem(
  call: MethodCall,
  context: MethodContext,
  item: unknown,
): { kind: SentKind; media: Media; text: FormattedText } {
  const kind = groupKinds.find((one) => one === fieldOf(item, 'type'));
  if (kind === undefined) throw badRequest('type of the media is wrong');
  const caption = {
    caption: fieldOf(item, 'caption'),
    parse_mode: fieldOf(item, 'parse_mode'),
    caption_entities: fieldOf(item, 'caption_entities'),
  };
  const text = readText({ ...call, params: caption }, context, 'caption');
  const value = textOf(fieldOf(item, 'media')) ?? '';
  const { file, upload } = readFile(call, context.world, { kind, value });
  const about = { name: upload?.fileName, mimeType: upload?.mimeType };
  return { kind, media: toMedia(kind, file, about), text };
}

const groupKinds = ['photo', 'video', 'document', 'audio'] as const;

function readFile(
  call: MethodCall,
  world: World,
  { kind, value }: { readonly kind: SentKind; readonly value: string },
): { file: StoredFile; upload?: UploadedFile } {
  const known = world.files.get(value);
  if (known !== undefined) return { file: known };
  if (!value.startsWith('attach://')) throw badRequest('wrong file identifier/HTTP URL specified');
  const upload = call.files.find(({ field }) => field === value.slice('attach://'.length));
  if (upload === undefined) throw badRequest(`there is no ${kind} in the request`);
  if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
  if (kind === 'photo' && !isPicture(upload.bytes)) throw badRequest('IMAGE_PROCESS_FAILED');
  return { file: world.addFile(kind, upload.fileName, upload.bytes), upload };
}

/** JPEG, PNG, GIF, WebP: by what they begin with. */
function isPicture(bytes: Buffer): boolean {
  return /^(?:ffd8ff|89504e47|47494638|52494646)/.test(bytes.subarray(0, 4).toString('hex'));
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
