import type { Channel } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { ChannelDeps } from '../channel-definition.ts';
import { discordActions, discordReactions } from './actions.ts';
import { createAccount } from './account.ts';
import { createDiscordApi, type DiscordApi } from './api.ts';
import { encodeAnswer, encodePlaceholder, encodePreview, maxUploadBytes } from './encode.ts';
import { createDiscordDirectory } from './directory.ts';
import type { DiscordOptions } from './options.ts';
import { createPlaces } from './places.ts';
import { receiveEvents } from './receive.ts';
import { type SendDeps, sendMessage } from './send.ts';
import { createDiscordFiles } from './fetch-file.ts';
import { publishMenu } from './menu.ts';
import { parseAddress, parseTarget } from './target.ts';

/** A Discord bot as a channel. https://discord.com/developers/docs/intro */
export function createDiscordChannel(options: DiscordOptions, deps: ChannelDeps): Channel {
  const api = createDiscordApi(options, deps);
  const account = createAccount(api);
  const places = createPlaces({ api });
  const openDirect = createDirect(api);
  return {
    id: 'discord',
    // 50 calls a second for the whole bot, of which some are left to reads, typing and a new life; about five in five seconds for a channel; finer limits come with each answer.
    // https://discord.com/developers/docs/topics/rate-limits
    limits: {
      maxTextLength: 2000,
      perSecond: 30,
      perConversation: { count: 5, windowMs: 5000 },
      perMinuteInGroup: 60,
      editIntervalMs: 1200,
    },
    ambiguity: 'idempotency-key',
    async connect(signal) {
      const self = await account.read(signal);
      return { platformId: self.id, name: self.name };
    },
    receive: (door, signal) =>
      receiveEvents({ ...deps, options, api, account, places }, door, signal),
    render: encodeAnswer,
    address: parseAddress,
    send: (request, signal) => sendMessage({ api, account, openDirect }, request, signal),
    probe: (signal) => account.probe(signal),
    live: { placeholder: encodePlaceholder, preview: encodePreview },
    typing: {
      // Discord shows it for ten seconds. https://discord.com/developers/docs/resources/channel#trigger-typing-indicator
      everyMs: 8000,
      async show(target, signal) {
        const to = parseTarget(target);
        const channelId = 'channelId' in to ? to.channelId : await openDirect(to.userId, signal);
        await api.call({ method: 'POST', path: `/channels/${channelId}/typing` }, signal);
      },
    },
    media: createDiscordFiles({ ...deps, api }),
    uploads: { maxBytes: maxUploadBytes },
    actions: discordActions,
    reactions: discordReactions,
    directory: createDiscordDirectory({ ...deps, api }),
    menu: { publish: (commands, signal) => publishMenu({ api, account }, commands, signal) },
    async [Symbol.asyncDispose]() {
      // Nothing is held open: the connection and requests end with their signals.
    },
  };
}

const WireDirect = z.looseObject({ id: z.string() });

/** https://discord.com/developers/docs/resources/user#create-dm */
function createDirect(api: DiscordApi): SendDeps['openDirect'] {
  const known = new Map<string, string>();
  return async (userId, signal) => {
    const found = known.get(userId);
    if (found !== undefined) return found;
    const call = {
      method: 'POST',
      path: '/users/@me/channels',
      body: { recipient_id: userId },
    } as const;
    const { id } = WireDirect.parse(await api.call(call, signal));
    if (known.size >= 1000) known.clear();
    known.set(userId, id);
    return id;
  };
}
