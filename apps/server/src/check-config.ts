import type { Config } from '@cuttle/config';
import { configuredChannels } from './channel-list.ts';
import { checkProviders } from './choose-models.ts';
import { sqlitePath } from './sqlite-path.ts';

/** Judges what only adapters know: whether each finds its settings right. Throws `config.invalid` with the place. */
export function checkConfig(
  {
    config,
    env,
  }: {
    readonly config: Config;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
  home: string,
): void {
  sqlitePath(config.store.url, home);
  checkProviders(config);
  configuredChannels(config.channels, env);
}
