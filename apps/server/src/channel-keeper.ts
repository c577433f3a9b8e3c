import type { Config } from '@cuttle/config';
import type { Channel, Clock } from '@cuttle/core-types/ports';
import type { Runtime } from '@cuttle/runtime';
import { AccountOptions } from '@cuttle/channels';
import { openBridges } from './bridge-places.ts';
import { configuredChannels, toChannelSettings } from './channel-list.ts';
import type { Home } from './home.ts';
import type { ServerLog } from './log.ts';

/** Holds the running messenger accounts to the configuration: only what changed is restarted. */
export interface ChannelKeeper {
  apply(channels: Config['channels']): Promise<void>;
}

export function createChannelKeeper({
  home,
  runtime,
  clock,
  log,
  random,
  env,
  given,
}: {
  home: Home;
  runtime: Runtime;
  clock: Clock;
  log: ServerLog;
  random: () => number;
  env: Readonly<Record<string, string | undefined>>;
  given: Readonly<Record<string, Channel>>;
}): ChannelKeeper {
  const running = new Map<string, string>();
  for (const [id, channel] of Object.entries(given)) {
    const [, name = 'main'] = id.split(':');
    const account = AccountOptions.parse({ dmPolicy: 'open' });
    runtime.addChannel(toChannelSettings({ name, channel }, account));
  }
  return {
    async apply(channels) {
      const wanted = new Map(
        configuredChannels(channels, env).map((one) => [`${one.platform}:${one.name}`, one]),
      );
      for (const [id, fingerprint] of running) {
        if (wanted.get(id)?.fingerprint === fingerprint) continue;
        const [platform = '', name = ''] = id.split(':');
        await runtime.removeChannel(platform, name);
        running.delete(id);
      }
      for (const [id, one] of wanted) {
        if (running.has(id)) continue;
        const bridges = openBridges({ home, env });
        runtime.addChannel(await one.open({ fetch, clock, log, random }, bridges));
        running.set(id, one.fingerprint);
      }
    },
  };
}
