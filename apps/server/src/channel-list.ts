import { AccountOptions, type ChannelDeps, telegram } from '@cuttle/channels';
import type { Config } from '@cuttle/config';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ChannelSettings } from '@cuttle/runtime';
import { settingsFault } from './settings-fault.ts';

/** Every platform this app ships. */
const definitions = [telegram] as const;

export interface ConfiguredChannel {
  readonly platform: string;
  readonly name: string;
  /** Equal text: nothing to restart. */
  readonly fingerprint: string;
  open(deps: ChannelDeps): Promise<ChannelSettings>;
}

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
  const definition = definitions.find(({ id }) => id === platform);
  if (!definition)
    throw new CuttleError('config.invalid', `channels.${platform}: there is no such platform.`, {
      hint: `Platforms: ${definitions.map(({ id }) => id).join(', ')}.`,
    });
  const options = definition.options.safeParse(raw);
  if (!options.success) throw settingsFault(`channels.${platform}.${name}`, options.error);
  const parsed = AccountOptions.safeParse(raw);
  if (!parsed.success) throw settingsFault(`channels.${platform}.${name}`, parsed.error);
  const account = parsed.data;
  if (!account.enabled) return [];
  return [
    {
      platform,
      name,
      fingerprint: JSON.stringify(raw),
      async open(deps) {
        const create = await definition.load();
        const { agent, dmPolicy, groupPolicy, allowedUsers, owners, streaming } = account;
        const { identity, hint, queueMode } = account;
        return {
          name,
          channel: create(options.data, deps),
          agentId: agent,
          access: { dmPolicy, groupPolicy, allowedUsers, owners },
          streaming,
          queueMode,
          identity,
          hint,
        };
      },
    },
  ];
}

/** `TELEGRAM_BOT_TOKEN` alone is a working bot. */
function withEnvironment(
  channels: Config['channels'],
  env: Readonly<Record<string, string | undefined>>,
): Config['channels'] {
  const token = env['TELEGRAM_BOT_TOKEN'];
  if (!token) return channels;
  const users = (env['TELEGRAM_ALLOWED_USERS'] ?? '')
    .split(',')
    .map((user) => user.trim())
    .filter((user) => user !== '');
  const main = {
    token,
    ...(users.length > 0 && { allowedUsers: users }),
    ...channels['telegram']?.['main'],
  };
  return { ...channels, telegram: { ...channels['telegram'], main } };
}
