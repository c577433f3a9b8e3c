import type { Config } from '@cuttle/config';
import type { Clock } from '@cuttle/core-types/ports';
import { createModels, type ModelChoice, type Models, type ProviderEntry } from './model-source.ts';

const offline: ProviderEntry = {
  id: 'offline',
  kind: 'offline',
  settings: {},
  models: ['offline'],
};

/** The providers of the configuration and of the environment, and which model is used where nothing else is chosen. */
export async function chooseModels(
  deps: { readonly clock: Clock; readonly random: () => number },
  {
    config,
  }: { readonly config: Config; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Models> {
  const configured = Object.entries(config.providers).map(
    ([id, { kind, models = [], ...settings }]): ProviderEntry => ({
      id,
      kind,
      settings: { ...settings, ...(models.length > 0 && { models }) },
      models: models.map((model) => model.id),
    }),
  );
  const entries = [...configured, offline];
  return createModels(deps, { entries, fallback: chooseFallback(config, configured) });
}

function chooseFallback(config: Config, configured: readonly ProviderEntry[]): ModelChoice {
  const { model } = config.agents.defaults;
  if (model !== undefined)
    return { ref: model, reason: 'agents.defaults.model in the configuration' };
  const first = configured.find(({ models }) => models.length > 0);
  if (first)
    return {
      ref: `${first.id}/${first.models[0]}`,
      reason: `the first model of providers.${first.id} in the configuration`,
    };
  return { ref: 'offline/offline', reason: 'no model is set up' };
}
