import type { Json } from '@cuttle/core-types';
import { failures, invalidForm } from './failure.ts';
import type { Publisher } from './publish.ts';
import { isSnowflake } from './snowflake.ts';
import type { ChannelState, GuildState, MessageState, World } from './world.ts';

/** A file of a multipart request. */
export interface UploadedFile {
  readonly name: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface RouteCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly files: readonly UploadedFile[];
}

/** A press, a command or a modal that waits for its answer. https://discord.com/developers/docs/interactions/receiving-and-responding */
export interface InteractionState {
  readonly id: string;
  readonly token: string;
  readonly channelId: string;
  readonly userId: string;
  /** The message whose button was pressed. */
  readonly messageId: string | undefined;
  /** What the bot answered; undefined while the person sees it waiting. */
  answer: { readonly type: number; readonly data: Json } | undefined;
  /** The message that answers it, once there is one. */
  responseId: string | undefined;
  readonly at: number;
}

export interface RouteContext {
  readonly world: World;
  readonly publish: Publisher;
  readonly interactions: Map<string, InteractionState>;
  readonly cdnUrl: () => string;
  readonly gatewayUrl: () => string;
  /** Messages by author and nonce, for as long as Discord remembers it. */
  readonly nonces: Map<string, { readonly messageId: string; readonly at: number }>;
  readonly nonceWindowMs: number;
}

export interface RouteAnswer {
  readonly status: number;
  readonly body?: Json;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** The call carries its own token in the path. */
  readonly open?: true;
  run(context: RouteContext, call: RouteCall): RouteAnswer;
}

export function channelOf({ world }: RouteContext, { params }: RouteCall): ChannelState {
  const id = snowflakeOf(params['channel'], 'channel_id');
  const channel = world.channels.get(id);
  if (channel === undefined) throw failures.unknownChannel();
  if (channel.barrier === 'missing-access') throw failures.missingAccess();
  return channel;
}

export function guildOf(
  { world }: RouteContext,
  { params }: Pick<RouteCall, 'params'>,
): GuildState {
  const guild = world.guilds.get(snowflakeOf(params['guild'], 'guild_id'));
  if (guild === undefined) throw failures.unknownGuild();
  return guild;
}

export function messageOf(context: RouteContext, call: RouteCall): MessageState {
  const channel = channelOf(context, call);
  const id = snowflakeOf(call.params['message'], 'message_id');
  const message = context.world.findMessage(channel.id, id);
  if (message === undefined) throw failures.unknownMessage();
  return message;
}

export function snowflakeOf(value: string | undefined, field: string): string {
  if (isSnowflake(value)) return value;
  throw invalidForm([field], 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not snowflake.`);
}
