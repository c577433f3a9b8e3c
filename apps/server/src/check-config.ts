import type { Config } from '@cuttle/config';
import { CuttleError } from '@cuttle/core-types/errors';
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
  checkBindings(config);
}

/** A place that is bound to nobody would be answered by an agent that was not meant. */
function checkBindings({ bindings, agents }: Config): void {
  const ids = agents.list.map(({ id }) => id);
  for (const [index, { agent }] of bindings.entries())
    if (!ids.includes(agent))
      throw new CuttleError(
        'config.invalid',
        `bindings[${index}].agent: there is no agent "${agent}".`,
        { hint: `Agents: ${ids.join(', ')}.` },
      );
}
