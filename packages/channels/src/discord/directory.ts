import { type CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import {
  type Clock,
  type DirectoryCapability,
  type DirectoryRow,
  pageOf,
  toWords,
} from '@cuttle/core-types/ports';
import { z } from 'zod';
import { pickName, toListedName } from '../directory-names.ts';
import { createKeptLists } from '../kept-lists.ts';
import type { DiscordApi } from './api.ts';
import { WireChannel, WireGuild, WireMember } from './wire.ts';

/** Discord lists by guild: so many are looked into, with so many searches in each, for one question. */
const mostGuilds = 10;
const mostSearches = 3;
/** Found by one search, and what is known of one guild's channels. Discord gives up to 1,000 members; a guild holds 500 channels. */
const mostFound = 200;
/** What Discord looks for at most. */
const longestSearch = 100;
/** How often a call is tried that waits for others of the bot. */
const patience = 5;
/** Where messages can be sent: text, voice, announcements, a stage's chat. A forum takes posts alone, a category nothing. */
const writable: ReadonlySet<number> = new Set([0, 2, 5, 13]);

const listOf = <T extends z.ZodType>(one: T) =>
  z
    .array(one.optional().catch(undefined))
    .nullish()
    .transform((list) => (list ?? []).filter((value) => value !== undefined));

/** https://docs.discord.com/developers/resources/user#get-current-user-guilds */
const WireGuilds = listOf(
  z.looseObject({ id: WireGuild.shape.id, name: z.string().nullish().catch(undefined) }),
);
/** https://docs.discord.com/developers/resources/guild#search-guild-members */
const WireMembers = listOf(WireMember);
/** https://docs.discord.com/developers/resources/guild#get-guild-channels */
const WireChannels = listOf(WireChannel);

interface Guild {
  readonly id: string;
  readonly name: string;
}
interface DirectoryDeps {
  readonly api: DiscordApi;
  readonly clock: Clock;
}
/** Asks for what lies at a path. Throws `channel.*`. */
type Read = (path: string, query: Record<string, string>, signal: AbortSignal) => Promise<unknown>;
interface List {
  readonly rows: readonly DirectoryRow[];
  readonly whole: boolean;
}

/**
 * Members and channels of the guilds that the bot is in. Discord finds members by the beginnings of their names and lists them all
 * to none but bots with a privileged intent, so without words it tells nobody; nor does it where no guild can be read.
 */
export function createDiscordDirectory(deps: DirectoryDeps): DirectoryCapability {
  const read = createRead(deps);
  const keepGuilds = createKeptLists<readonly Guild[]>(deps.clock);
  const keep = createKeptLists<List>(deps.clock);
  const readGuilds = (signal: AbortSignal): Promise<readonly Guild[]> =>
    keepGuilds('', async () => {
      // One more than is looked into: it tells that there are others.
      const answer = await read('/users/@me/guilds', { limit: String(mostGuilds + 1) }, signal);
      return WireGuilds.parse(answer).map(({ id, name }) => ({ id, name: name ?? id }));
    });
  const readers = {
    people: (guild: Guild, words: readonly string[], signal: AbortSignal) =>
      joined(
        searchesOf(words).map(
          (query) => () =>
            keep(`people ${guild.id} ${query}`, () =>
              readMembers(read, { guildId: guild.id, query }, signal),
            ),
        ),
      ),
    groups: (guild: Guild, _words: readonly string[], signal: AbortSignal) =>
      keep(`groups ${guild.id}`, () => readChannels(read, guild, signal)),
  };
  return {
    async find({ query, kind, limit }, signal) {
      signal.throwIfAborted();
      const words = toWords(query);
      if (kind === 'people' && words.length === 0) return undefined;
      const guilds = await readGuilds(signal);
      const lists: List[] = [];
      for (const guild of guilds.slice(0, mostGuilds)) {
        const list = await whereAllowed(() => readers[kind](guild, words, signal), signal);
        if (list) lists.push(list);
      }
      if (lists.length === 0) return undefined;
      const whole = lists.length === guilds.length && lists.every((list) => list.whole);
      const rows = lists.flatMap((list) => list.rows);
      return pageOf(byMatch(rows, words.join(' ')), { query, limit, whole });
    },
  };
}

/** What the bot's own limits put off is asked a moment later; what Discord refused is not asked again. */
function createRead({ api, clock }: DirectoryDeps): Read {
  return async (path, query, signal) => {
    for (let tries = 1; ; tries += 1)
      try {
        return await api.call({ method: 'GET', path, query }, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!isPutOff(error) || tries >= patience) throw error;
        await clock.sleep(error.retryAfterMs ?? 1000, signal);
      }
  };
}

/** Refused before the call, and not by an answer. */
function isPutOff(error: unknown): error is CuttleError {
  return isCuttleError(error, 'channel.rate-limited') && error.details?.['status'] === undefined;
}

/** Undefined where the bot may not look. */
async function whereAllowed<T>(
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    if (isCuttleError(error, 'channel.blocked')) return undefined;
    throw error;
  }
}

/** Somebody may begin with all of the words, or with any of them. */
function searchesOf(words: readonly string[]): readonly string[] {
  const searches = [words.join(' '), ...words].map((search) => search.slice(0, longestSearch));
  return [...new Set(searches)].slice(0, mostSearches);
}

/** One after the other. */
async function joined(reads: readonly (() => Promise<List>)[]): Promise<List> {
  const lists: List[] = [];
  for (const read of reads) lists.push(await read());
  return {
    rows: lists.flatMap(({ rows }) => rows),
    whole: lists.every(({ whole }) => whole),
  };
}

async function readMembers(
  read: Read,
  { guildId, query }: { readonly guildId: string; readonly query: string },
  signal: AbortSignal,
): Promise<List> {
  const asked = { query, limit: String(mostFound) };
  const members = WireMembers.parse(await read(`/guilds/${guildId}/members/search`, asked, signal));
  const rows = members.flatMap(({ nick, user }): DirectoryRow[] => {
    if (!user || user.bot === true || user.system === true) return [];
    const { id, username, global_name: globalName } = user;
    const name = pickName([nick, globalName, username], id);
    return [{ id, name, ...(username && { handle: toListedName(username) }), kind: 'people' }];
  });
  return { rows, whole: members.length < mostFound };
}

/** With the guild behind the name: there is a `general` in each. */
async function readChannels(read: Read, guild: Guild, signal: AbortSignal): Promise<List> {
  const channels = WireChannels.parse(await read(`/guilds/${guild.id}/channels`, {}, signal));
  const rows = channels
    .filter(({ type }) => writable.has(type))
    .map(({ id, name }): DirectoryRow => ({
      id,
      name: toListedName(`${pickName([name], id)} (${guild.name})`),
      kind: 'groups',
    }));
  return { rows, whole: true };
}

/** Each once; those whose name begins with what is looked for before those that only hold it. */
function byMatch(rows: readonly DirectoryRow[], phrase: string): readonly DirectoryRow[] {
  const once = new Map<string, DirectoryRow>();
  for (const row of rows) if (!once.has(row.id)) once.set(row.id, row);
  const rank = ({ name, handle = '' }: DirectoryRow): number =>
    [name, handle].some((text) => text.toLowerCase().startsWith(phrase)) ? 0 : 1;
  return [...once.values()].toSorted((one, other) => rank(one) - rank(other));
}
