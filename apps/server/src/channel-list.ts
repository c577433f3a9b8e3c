import {
  AccountOptions,
  type ChannelDefinition,
  type ChannelDeps,
  discord,
  slack,
  telegram,
  whatsapp,
  whatsappWeb,
} from '@cuttle/channels';
import type { Config } from '@cuttle/config';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Channel } from '@cuttle/core-types/ports';
import type { ChannelSettings } from '@cuttle/runtime';
import type { z } from 'zod';
import { settingsFault } from './settings-fault.ts';

/** Every platform this app ships. */
const platforms = [
  toPlatform(telegram),
  toPlatform(discord),
  toPlatform(whatsapp),
  toPlatform(whatsappWeb),
  toPlatform(slack),
] as const;

interface Platform {
  readonly id: string;
  readonly hasBridge: boolean;
  /** Settings of an account → its adapter, which loads when it is asked for. Throws `config.invalid`. */
  parse(place: string, raw: unknown): (deps: ChannelDeps) => Promise<Channel>;
}

function toPlatform<Options extends z.ZodType>({
  id,
  options,
  hasBridge = false,
  load,
}: ChannelDefinition<Options>): Platform {
  return {
    id,
    hasBridge,
    parse(place, raw) {
      // Parsed at a start and a reload only: see `parsedOnce` of the configuration.
      const parsed = options.safeParse(raw, { jitless: true });
      if (!parsed.success) throw settingsFault(place, parsed.error);
      return async (deps) => (await load())(parsed.data, deps);
    },
  };
}

export interface ConfiguredChannel {
  readonly platform: string;
  readonly name: string;
  /** Equal text: nothing to restart. */
  readonly fingerprint: string;
  /** `openBridges` makes what the account's own program needs, where it has one. */
  open(deps: ChannelDeps, openBridges: OpenBridges): Promise<ChannelSettings>;
}

export type OpenBridges = (place: {
  readonly platform: string;
  readonly name: string;
}) => Promise<ChannelDeps['bridges']>;

/** The messenger accounts of a configuration; adapters load when opened. Throws `config.invalid`. */
export function configuredChannels(
  channels: Config['channels'],
  env: Readonly<Record<string, string | undefined>>,
): readonly ConfiguredChannel[] {
  return Object.entries(withEnvironment(channels, env)).flatMap(([platform, accounts]) =>
    Object.entries(accounts)
      .filter(([name]) => name !== everyAccount)
      .flatMap(([name, raw]) =>
        toChannel({ platform, name, raw: over(accounts[everyAccount], raw) }),
      ),
  );
}

/** What is said under this name holds for every account of the platform that says nothing else. */
const everyAccount = '*';

type AccountInput = Config['channels'][string][string];

function over(all: AccountInput = {}, own: AccountInput): AccountInput {
  const identity = { ...toObject(all['identity']), ...toObject(own['identity']) };
  return { ...all, ...own, ...(Object.keys(identity).length > 0 && { identity }) };
}

function toObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function toChannel({
  platform,
  name,
  raw,
}: {
  platform: string;
  name: string;
  raw: unknown;
}): ConfiguredChannel[] {
  const known = platforms.find(({ id }) => id === platform);
  if (!known)
    throw new CuttleError('config.invalid', `channels.${platform}: there is no such platform.`, {
      hint: `Platforms: ${platforms.map(({ id }) => id).join(', ')}.`,
    });
  const create = known.parse(`channels.${platform}.${name}`, raw);
  const parsed = AccountOptions.safeParse(raw, { jitless: true });
  if (!parsed.success) throw settingsFault(`channels.${platform}.${name}`, parsed.error);
  const account = parsed.data;
  if (!account.enabled) return [];
  return [
    {
      platform,
      name,
      fingerprint: JSON.stringify(raw),
      async open(deps, openBridges) {
        const bridges = known.hasBridge ? await openBridges({ platform, name }) : undefined;
        return toChannelSettings({ name, channel: await create({ ...deps, bridges }) }, account);
      },
    },
  ];
}

/** What the owner decided for an account, as the runtime knows it. */
export function toChannelSettings(
  own: Pick<ChannelSettings, 'name' | 'channel'>,
  account: AccountOptions,
): ChannelSettings {
  const { agent, dmPolicy, groupPolicy, allowedUsers, owners, streaming } = account;
  const { bots, botTurns } = account;
  const { identity, hint, queueMode, limits, confirmActions } = account;
  const { ackReaction, ackReactionScope, statusReactions, greetings } = account;
  const { quoteReplies, errorPrefix } = account;
  return {
    ...own,
    agentId: agent,
    access: { dmPolicy, groupPolicy, allowedUsers, owners, bots, botTurns },
    streaming: streaming !== false && streaming !== 'off',
    queueMode,
    limits,
    marks: { taken: ackReaction, scope: ackReactionScope, ...statusReactions },
    confirmActions,
    greetings,
    quoteReplies,
    errorPrefix,
    identity,
    hint,
  };
}

/** `TELEGRAM_BOT_TOKEN` or `DISCORD_BOT_TOKEN` alone is a working bot, as `SLACK_BOT_TOKEN` is with one of its two others. */
function withEnvironment(
  channels: Config['channels'],
  env: Readonly<Record<string, string | undefined>>,
): Config['channels'] {
  const added = Object.entries(variables).flatMap(([platform, names]) => {
    const own = fromEnvironment(platform.toUpperCase(), names, env);
    const main = { ...own, ...channels[platform]?.['main'] };
    return own ? [[platform, { ...channels[platform], main }]] : [];
  });
  return { ...channels, ...Object.fromEntries(added) };
}

/** Settings by the end of their variable's name; without the first there is no account. */
const variables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  telegram: { BOT_TOKEN: 'token' },
  discord: { BOT_TOKEN: 'token' },
  slack: { BOT_TOKEN: 'botToken', APP_TOKEN: 'appToken', SIGNING_SECRET: 'signingSecret' },
};

function fromEnvironment(
  name: string,
  names: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): AccountInput | undefined {
  if (!env[`${name}_BOT_TOKEN`]) return undefined;
  const settings = Object.entries(names).flatMap(([end, key]) => {
    const value = env[`${name}_${end}`];
    return value ? [[key, value]] : [];
  });
  const allowedUsers = (env[`${name}_ALLOWED_USERS`] ?? '')
    .split(',')
    .map((user) => user.trim())
    .filter((user) => user !== '');
  return { ...Object.fromEntries(settings), ...(allowedUsers.length > 0 && { allowedUsers }) };
}
