import { listModels } from './list-models.ts';
import { testModel } from './test-model.ts';
import type { Json } from '@cuttle/core-types';
import type { Tool } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { RootHandlers } from '@cuttle/gateway';
import { ownerPrincipal } from '@cuttle/gateway';
import { authorise } from '@cuttle/security/policy';
import type { Memory } from '@cuttle/tools';
import type { ConfigSource } from './config-source.ts';
import { createMemoryHandlers } from './memory-handlers.ts';
import type { createInstalledHandlers } from './installed-models.ts';
import type { ServerLog } from './log.ts';
import type { KeyReport } from './model-routes.ts';
import type { Models } from './model-source.ts';
import { toRuntimeSettings } from './settings.ts';

interface RootParts {
  readonly models: () => Models;
  readonly tools: readonly Tool[];
  readonly memory: Memory;
  readonly installed: ReturnType<typeof createInstalledHandlers>;
  readonly configuration: ConfigSource;
  readonly log: ServerLog;
}

/** What only the whole can answer: its models, tools, configuration and log. */
export function createRootHandlers({
  models,
  tools,
  memory,
  installed,
  configuration,
  log,
}: RootParts): RootHandlers {
  const agentIds = (): readonly string[] =>
    configuration.current().config.agents.list.map(({ id }) => id);
  return {
    ...createMemoryHandlers({ memory, agentIds }),
    ...installed,
    'models.list': (params, _principal, signal) => listModels(models(), params, signal),
    'models.test': (params, _principal, signal) => testModel(models(), params.model, signal),
    async 'providers.status'() {
      const { ref, reason } = models().fallback();
      const providers = models().entries.map(({ id, kind, models: known }) => ({
        id,
        kind,
        detail: known.join(', '),
        keys: models().keys(id).map(toKeyStatus),
      }));
      return { providers, default: ref, reason };
    },
    async 'tools.catalog'() {
      const [agent] = toRuntimeSettings(configuration.current().config).agents;
      const provenance = { door: 'web', accountId: 'web', trust: 'owner' } as const;
      return {
        tools: tools.map(({ name, description, effect, risk }) => {
          const policy = agent?.tools ?? {
            profile: 'minimal',
            allow: [],
            deny: [],
            approvals: 'ask',
          };
          const decision = authorise(ownerPrincipal, 'tool.use', {
            kind: 'tool',
            name,
            risk,
            provenance,
            taint: [],
            policy,
          });
          return { name, description, effect, risk, allowed: decision.kind === 'allow' };
        }),
      };
    },
    async 'config.get'({ path }) {
      const { redacted, hash, file, problems } = configuration.current();
      const config = path === undefined ? redacted : pick(redacted, path);
      return { config, hash, file, problems: [...problems] };
    },
    'config.set': ({ path, value, baseHash }) => configuration.set({ path, value, baseHash }),
    'config.reload': () => configuration.reload(),
    'config.schema': async () => ({ schema: configuration.schema() }),
    'logs.tail': async ({ limit, after }) => ({ lines: [...log.tail(limit, after)] }),
  };
}

function toKeyStatus({
  label,
  failing,
}: KeyReport): ResultOf<'providers.status'>['providers'][number]['keys'][number] {
  const states = new Set(failing.map(({ state }) => state));
  return {
    label,
    state: states.has('resting') ? 'resting' : states.has('probing') ? 'probing' : 'ready',
    failing: failing.map(({ model, state, untilMs, code, failures }) => ({
      model,
      state,
      code,
      failures,
      ...(state === 'resting' && { until: new Date(untilMs).toISOString() }),
    })),
  };
}

function pick(value: Json, path: string): Json {
  return path.split('.').reduce<Json>((inner, key) => {
    if (inner === null || typeof inner !== 'object') return null;
    return (Array.isArray(inner) ? inner[Number(key)] : inner[key]) ?? null;
  }, value);
}
