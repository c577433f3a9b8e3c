import type { Json } from '@cuttle/core-types';
import { encodeChannel, encodeMember } from '../encode.ts';
import { invalidForm } from '../failure.ts';
import { guildOf, type Route, type RouteCall, snowflakeOf } from '../route.ts';
import { type GuildState, isThread, type World } from '../world.ts';

/** What a bot may list of the guilds it is in without a privileged intent. https://docs.discord.com/developers/resources/guild */
export const guildRoutes: readonly Route[] = [
  {
    // https://docs.discord.com/developers/resources/user#get-current-user-guilds
    method: 'GET',
    path: '/users/@me/guilds',
    run({ world }, { query }) {
      const limit = limitOf(query, { most: 200, usual: 200 });
      const after = query.get('after');
      const from = after === null ? 0n : BigInt(snowflakeOf(after, 'after'));
      const guilds = [...world.guilds.values()]
        .toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1))
        .filter(({ id }) => BigInt(id) > from);
      return { status: 200, body: guilds.slice(0, limit).map((one) => encodePartial(world, one)) };
    },
  },
  {
    // https://docs.discord.com/developers/resources/guild#get-guild-channels
    method: 'GET',
    path: '/guilds/:guild/channels',
    run(context, call) {
      const guild = guildOf(context, call);
      const channels = [...context.world.channels.values()].filter(
        (one) => one.guildId === guild.id && !isThread(one),
      );
      return { status: 200, body: channels.map((one) => encodeChannel(context.world, one)) };
    },
  },
  {
    // https://docs.discord.com/developers/resources/guild#search-guild-members
    method: 'GET',
    path: '/guilds/:guild/members/search',
    run(context, call) {
      const guild = guildOf(context, call);
      const words = wordsOf(call.query).toLowerCase();
      const limit = limitOf(call.query, { most: 1000, usual: 1 });
      const { users, bot } = context.world;
      const members = [bot.id, ...guild.memberIds].flatMap((id) => users.get(id) ?? []);
      const found = members.filter(({ id, username }) =>
        [username, guild.nicks.get(id)].some((name) => name?.toLowerCase().startsWith(words)),
      );
      return {
        status: 200,
        body: found.slice(0, limit).map((user) => encodeMember(user, guild.nicks.get(user.id))),
      };
    },
  },
];

/** https://docs.discord.com/developers/resources/guild#guild-object */
function encodePartial({ bot }: World, { id, name, ownerId }: GuildState): Json {
  const owner = ownerId === bot.id;
  return {
    id,
    name,
    icon: null,
    banner: null,
    owner,
    permissions: '2248473465835073',
    features: [],
  };
}

function wordsOf(query: RouteCall['query']): string {
  const words = query.get('query');
  if (words === null) throw invalidForm(['query'], 'BASE_TYPE_REQUIRED', 'This field is required');
  if (words !== '' && words.length <= 100) return words;
  const says = 'Must be between 1 and 100 in length.';
  throw invalidForm(['query'], 'BASE_TYPE_BAD_LENGTH', says);
}

function limitOf(
  query: RouteCall['query'],
  { most, usual }: { readonly most: number; readonly usual: number },
): number {
  const limit = Number(query.get('limit') ?? usual);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  const says = `int value should be between 1 and ${most}.`;
  throw invalidForm(['limit'], 'NUMBER_TYPE_MAX', says);
}
