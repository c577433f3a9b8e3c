import { isCuttleError } from '@cuttle/core-types/errors';
import type { DiscordApi } from './api.ts';
import { WireChannel, WireGuild } from './wire.ts';

/** Where something was said. */
export interface Place {
  readonly channelId: string;
  readonly kind: 'dm' | 'channel' | 'thread';
  readonly name: string | undefined;
  /** The channel of a thread, or the forum of a post. */
  readonly parentId: string | undefined;
  readonly guildId: string | undefined;
  /** What a post of a forum is tagged with. */
  readonly tags: readonly string[];
}

/** What is known of guilds and their channels: from the gateway where it tells, else asked for. Bounded; nothing that matters is only here. */
export interface Places {
  /** A channel as the gateway or an answer described it. */
  learn(value: unknown, guildId?: string): Place | undefined;
  /** A guild's channels and the bot's own roles there. */
  learnGuild(
    value: unknown,
  ): readonly { readonly place: Place; readonly lastMessageId: string | undefined }[];
  find(channelId: string, signal: AbortSignal): Promise<Place>;
  nameOf(channelId: string): string | undefined;
  /** A role that every guild gives to one bot alone; people name it when they mean the bot. */
  isOwnRole(roleId: string, selfId: string): boolean;
}

const threadTypes: ReadonlySet<number> = new Set([10, 11, 12]);
const directTypes: ReadonlySet<number> = new Set([1, 3]);
const maxPlaces = 20_000;

export function createPlaces({ api }: { readonly api: DiscordApi }): Places {
  const known = new Map<string, Place>();
  const botRoles = new Map<string, string>();
  const tagNames = new Map<string, string>();
  const learn: Places['learn'] = (value, guildId) => {
    const parsed = WireChannel.safeParse(value);
    if (!parsed.success) return undefined;
    for (const tag of parsed.data.available_tags ?? []) remember(tagNames, tag.id, tag.name);
    const tags = (parsed.data.applied_tags ?? []).flatMap((tag) => tagNames.get(tag) ?? []);
    const place = { ...toPlace(parsed.data, guildId), tags };
    remember(known, place.channelId, place);
    return place;
  };
  return {
    learn,
    learnGuild(value) {
      const parsed = WireGuild.safeParse(value);
      if (!parsed.success) return [];
      const { id, channels, threads, roles } = parsed.data;
      for (const role of roles ?? [])
        if (role.tags?.bot_id) remember(botRoles, role.id, role.tags.bot_id);
      return [...(channels ?? []), ...(threads ?? [])].flatMap((channel) => {
        const place = learn(channel, id);
        const last = WireChannel.safeParse(channel).data?.last_message_id ?? undefined;
        return place ? [{ place, lastMessageId: last }] : [];
      });
    },
    async find(channelId, signal) {
      const found = known.get(channelId);
      if (found !== undefined) return found;
      try {
        const call = { method: 'GET', path: `/channels/${channelId}` } as const;
        const place = learn(await api.callPatiently(call, signal));
        if (place !== undefined) return place;
      } catch (error) {
        // It may be gone or shut since; the message is taken in all the same.
        if (!isCuttleError(error, 'channel.blocked', 'channel.invalid')) throw error;
      }
      return {
        channelId,
        kind: 'channel',
        name: undefined,
        parentId: undefined,
        guildId: undefined,
        tags: [],
      };
    },
    nameOf: (channelId) => known.get(channelId)?.name,
    isOwnRole: (roleId, selfId) => botRoles.get(roleId) === selfId,
  };
}

function toPlace(channel: WireChannel, guildId: string | undefined): Omit<Place, 'tags'> {
  const isThread = threadTypes.has(channel.type);
  return {
    channelId: channel.id,
    kind: directTypes.has(channel.type) ? 'dm' : isThread ? 'thread' : 'channel',
    name: channel.name ?? undefined,
    parentId: isThread ? (channel.parent_id ?? undefined) : undefined,
    guildId: channel.guild_id ?? guildId,
  };
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > maxPlaces && oldest !== undefined) map.delete(oldest);
}
