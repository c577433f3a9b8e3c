import { createHash } from 'node:crypto';
import type { Json } from '@cuttle/core-types';
import { GraphFailure, noSuchObject } from './failure.ts';
import type { GraphCallName } from './ledger.ts';
import type { PairLimiter } from './limits.ts';
import { parseAutomation, parseConfiguration, parseMarkRead } from './schemas.ts';
import { sendMessage } from './send-message.ts';
import type { WebhookSender } from './webhook-sender.ts';
import type { NumberState, World } from './world.ts';

export interface GraphContext {
  readonly world: World;
  readonly sender: WebhookSender;
  readonly limiter: PairLimiter | undefined;
  readonly now: () => number;
  /** Address of this server. */
  readonly origin: () => string;
  /** Longest silence of a person after which only templates go out; undefined: never. */
  readonly windowMs: number | undefined;
  readonly mediaLinkMs: number;
  /** Whether a sent message is told of as sent and delivered. */
  readonly tellStatuses: boolean;
}

export interface GraphCall {
  readonly name: GraphCallName;
  /** The object of the path: a number, a medium. */
  readonly id: string;
  readonly version: string;
  readonly body: Json;
  readonly upload: Upload | undefined;
}

export interface Upload {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly name: string;
  readonly product: string | undefined;
}

/** Which call a request is; `tail` is what stands behind the object. */
export function nameCall(
  method: string,
  tail: string | undefined,
  about: { readonly isNumber: boolean; readonly body: Json },
): GraphCallName {
  if (tail === undefined) return nameObjectCall(method, about.isNumber);
  if (method !== 'POST') return 'unknown';
  if (tail === 'messages') return isRead(about.body) ? 'read' : 'send';
  if (tail === 'media') return 'upload';
  return tail === 'conversational_automation' ? 'commands' : 'unknown';
}

function nameObjectCall(method: string, isNumber: boolean): GraphCallName {
  if (method === 'GET') return isNumber ? 'number' : 'media';
  if (method === 'POST' && isNumber) return 'configure';
  return method === 'DELETE' ? 'delete-media' : 'unknown';
}

function isRead(body: Json): boolean {
  return typeof body === 'object' && body !== null && 'status' in body;
}

/** Runs one call; throws `GraphFailure`. */
export async function runCall(context: GraphContext, call: GraphCall): Promise<Json> {
  switch (call.name) {
    case 'send':
      return sendMessage(context, numberOf(context, call.id), call.body);
    case 'read':
      return markRead(context, call);
    case 'number':
      return describeNumber(numberOf(context, call.id));
    case 'configure':
      return configure(context, call);
    case 'commands':
      return setCommands(context, call);
    case 'upload':
      return upload(context, call);
    case 'media':
      return describeMedia(context, call);
    case 'delete-media':
      if (!context.world.media.delete(call.id)) throw noSuchObject(call.id);
      return { success: true };
    case 'file':
    case 'unknown':
      throw new GraphFailure({ code: 100, message: 'Unsupported request' });
  }
}

function numberOf({ world }: GraphContext, id: string): NumberState {
  const number = world.numbers.get(id);
  if (number === undefined) throw noSuchObject(id);
  return number;
}

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers */
function describeNumber({ id, phone, name }: NumberState): Json {
  return {
    verified_name: name,
    display_phone_number: `+${phone}`,
    quality_rating: 'GREEN',
    id,
  };
}

function markRead({ world }: GraphContext, { body, id }: GraphCall): Json {
  const { message_id: messageId, typing_indicator: typing } = parseMarkRead(body);
  const message = world.find(messageId);
  if (message === undefined || message.numberId !== id || message.fromUs)
    throw new GraphFailure({ code: 131_009, details: 'message_id: no such message' });
  message.status = 'read';
  world.reads.push({ messageId, typing: typing !== undefined });
  return { success: true };
}

/** An address of one number over that of the app. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override */
async function configure(context: GraphContext, { id, body }: GraphCall): Promise<Json> {
  const number = numberOf(context, id);
  const { webhook_configuration: wanted } = parseConfiguration(body);
  if (wanted.override_callback_uri === '') number.override = undefined;
  else {
    const callback = {
      url: wanted.override_callback_uri,
      verifyToken: wanted.verify_token ?? '',
    };
    await context.sender.verify(callback);
    number.override = callback;
    context.sender.kick();
  }
  return { success: true };
}

function setCommands(context: GraphContext, { id, body }: GraphCall): Json {
  const number = numberOf(context, id);
  const { commands } = parseAutomation(body);
  if (commands)
    number.commands = commands.map((command) => ({
      name: command.command_name,
      description: command.command_description,
    }));
  return { success: true };
}

function upload(context: GraphContext, { id, upload: file }: GraphCall): Json {
  numberOf(context, id);
  if (file === undefined) throw new GraphFailure({ code: 131_008, details: 'file is missing' });
  if (file.product !== 'whatsapp')
    throw new GraphFailure({ code: 131_008, details: 'messaging_product is missing' });
  const { bytes, mimeType, name } = file;
  if (!uploadTypes.has(mimeType))
    throw new GraphFailure({
      code: 100,
      message: `Param file must be a file with one of the following types: ${[...uploadTypes].join(', ')}. Received file of type '${mimeType}'.`,
    });
  return { id: keepMedia(context, { bytes, mimeType, name }) };
}

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media#supported-media-types */
const uploadTypes: ReadonlySet<string> = new Set([
  'audio/aac',
  'audio/amr',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'text/plain',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/pdf',
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/3gpp',
  'video/mp4',
]);

/** A file of a number or of a person; gives its id. */
export function keepMedia(
  { world }: Pick<GraphContext, 'world'>,
  file: {
    readonly bytes: Uint8Array;
    readonly mimeType: string;
    readonly name?: string | undefined;
  },
): string {
  const id = String(900_000_000_000_000 + world.nextId());
  world.media.set(id, { ...file, name: file.name, id, hash: '', hashUntil: 0 });
  return id;
}

function describeMedia(context: GraphContext, { id }: GraphCall): Json {
  const media = context.world.media.get(id);
  if (media === undefined) throw noSuchObject(id);
  media.hash = `h${context.world.nextId()}`;
  media.hashUntil = context.now() + context.mediaLinkMs;
  return {
    messaging_product: 'whatsapp',
    url: `${context.origin()}/whatsapp_business/attachments/?mid=${id}&hash=${media.hash}`,
    mime_type: media.mimeType,
    sha256: createHash('sha256').update(media.bytes).digest('hex'),
    file_size: media.bytes.length,
    id,
  };
}
