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
  const fault = (place: string, message: string): CuttleError =>
    new CuttleError('config.invalid', `${place}: ${message}`, {
      hint: `Agents: ${ids.join(', ')}.`,
    });
  for (const [index, { agent, agents: several }] of bindings.entries()) {
    const place = `bindings[${index}]`;
    const named = several ?? (agent === undefined ? [] : [agent]);
    if (named.length === 0 || (agent !== undefined && several !== undefined))
      throw fault(place, 'name one `agent`, or several `agents`.');
    const wrong = named.find((id) => !ids.includes(id));
    const key = several === undefined ? 'agent' : 'agents';
    if (wrong !== undefined) throw fault(`${place}.${key}`, `there is no agent "${wrong}".`);
  }
}
