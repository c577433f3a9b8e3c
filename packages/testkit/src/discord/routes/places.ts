import { Json } from '@cuttle/core-types';
import { encodeChannel, encodeGuild, encodeUser } from '../encode.ts';
import { failures } from '../failure.ts';
import {
  channelOf,
  guildOf,
  messageOf,
  type Route,
  type RouteContext,
  snowflakeOf,
} from '../route.ts';
import { parseBody, ThreadBody } from '../schemas.ts';
import { channelTypes } from '../wire.ts';
import { type ChannelState, isThread } from '../world.ts';
import { createMessage } from './messages.ts';

/** Guilds, channels and threads. https://discord.com/developers/docs/resources/channel */
export const placeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/channels/:channel',
    run: (context, call) => shown(context, channelOf(context, call)),
  },
  {
    method: 'POST',
    path: '/channels/:channel/typing',
    run(context, call) {
      const channel = channelOf(context, call);
      if (channel.barrier !== undefined) throw failures.missingPermissions();
      channel.typing.push(context.world.now());
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: '/channels/:channel/threads',
    run(context, call) {
      const parent = channelOf(context, call);
      const body = parseBody(ThreadBody, call.body);
      const thread = addThread(context, parent, { name: body.name });
      if (parent.type !== channelTypes.forum) return { ...shown(context, thread), status: 201 };
      const message = createMessage(
        context,
        { body: Json.parse(body.message ?? {}), files: [] },
        thread,
      );
      return {
        status: 201,
        body: { ...encodeChannel(context.world, thread), message: { id: message.id } },
      };
    },
  },
  {
    method: 'POST',
    path: '/channels/:channel/messages/:message/threads',
    run(context, call) {
      const message = messageOf(context, call);
      const { name } = parseBody(ThreadBody, call.body);
      const parent = channelOf(context, call);
      if (parent.guildId === undefined || isThread(parent)) throw failures.wrongChannelType();
      if (context.world.channels.has(message.id)) throw failures.threadExists();
      // Such a thread has the id of its first message.
      const thread = addThread(context, parent, { name, id: message.id });
      return { ...shown(context, thread), status: 201 };
    },
  },
  {
    method: 'GET',
    path: '/guilds/:guild',
    run(context, call) {
      const guild = guildOf(context, call);
      return { status: 200, body: encodeGuild(context.world, guild) };
    },
  },
  {
    method: 'GET',
    path: '/guilds/:guild/threads/active',
    run(context, call) {
      const guild = guildOf(context, call);
      const threads = [...context.world.channels.values()]
        .filter((one) => one.guildId === guild.id && isThread(one) && !one.archived)
        .map((one) => encodeChannel(context.world, one));
      return { status: 200, body: { threads, members: [] } };
    },
  },
  {
    method: 'GET',
    path: '/users/:user',
    run(context, { params }) {
      const user = context.world.users.get(snowflakeOf(params['user'], 'user_id'));
      if (user === undefined) throw failures.unknownUser();
      return { status: 200, body: encodeUser(user) };
    },
  },
];

function shown({ world }: RouteContext, channel: ChannelState) {
  return { status: 200, body: encodeChannel(world, channel) };
}

function addThread(
  { world, publish }: RouteContext,
  parent: ChannelState,
  { name, id }: { readonly name: string; readonly id?: string },
): ChannelState {
  const { guildId } = parent;
  const thread = world.addChannel({
    type: channelTypes.thread,
    parentId: parent.id,
    guildId,
    name,
    ...(id !== undefined && { id }),
  });
  publish.place('THREAD_CREATE', { ...encodeChannel(world, thread), newly_created: true });
  return thread;
}
