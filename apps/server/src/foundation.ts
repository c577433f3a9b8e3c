import type { Config } from '@cuttle/config';
import { createIds, type NewId } from '@cuttle/core-types';
import type { Clock, Store } from '@cuttle/core-types/ports';
import { createRouteHealth, type RouteHealth } from '@cuttle/providers';
import { createLogins, type Logins } from '@cuttle/providers/login';
import { openCredentialFiles } from '@cuttle/security/credentials';
import { openSqliteStore } from '@cuttle/store/sqlite';
import type { ConfigSource } from './config-source.ts';
import { derived } from './derived.ts';
import { createEmbedderSource, type EmbedderSource } from './embedder-source.ts';
import { fixedConfig } from './fixed-config.ts';
import { isCuttleError } from '@cuttle/core-types/errors';
import {
  alreadyRunning,
  clearHome,
  type Home,
  homeAt,
  prepareHome,
  readOrMakeToken,
} from './home.ts';
import { createLog, type ServerLog } from './log.ts';
import type { Models } from './model-source.ts';
import { chooseModels } from './choose-models.ts';
import { createModelFetch } from './model-fetch.ts';
import { nodeClock } from './node-clock.ts';
import { createRandomBytes } from './random-bytes.ts';
import { createRouteMemory } from './route-memory.ts';
import type { ServerOverrides } from './server-options.ts';
import { toRuntimeSettings } from './settings.ts';
import { sqlitePath } from './sqlite-path.ts';
import { openWorkspaces, type Workspaces } from './workspaces.ts';

/** What everything else stands on. */
export interface Foundation {
  readonly home: Home;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly configuration: ConfigSource;
  readonly workspaces: Workspaces;
  readonly log: ServerLog;
  readonly clock: Clock;
  readonly newId: NewId;
  /** A number in [0, 1) that nobody can guess. */
  readonly random: () => number;
  readonly store: Store;
  /** The owner's bearer token. */
  readonly token: string;
  /** Ends with the server, and the store in it last. */
  readonly scope: AsyncDisposableStack;
  /** What is known of keys that failed, whatever models are configured. */
  readonly health: RouteHealth;
  /** The accounts that somebody logged in with. */
  readonly logins: Logins;
  /** How models are asked. */
  readonly fetch: typeof fetch;
  /** Who makes vectors of texts, by the configuration in force. */
  readonly embedders: EmbedderSource;
  /** Replaced as a whole when the configuration changes. */
  models: Models;
}

function random(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

/** Prepares the home and opens the store. Throws `store.*`, `gateway.already-running` or `config.invalid`. */
export async function openFoundation(
  config: Config,
  overrides: ServerOverrides,
): Promise<Foundation> {
  const { clock = nodeClock, env = {}, configuration = fixedConfig(config) } = overrides;
  const home = homeAt(overrides.home);
  const log = overrides.log ?? createLog({ ...config.log, now: clock.now });
  const newId = createIds({ now: clock.now, random: createRandomBytes() });
  const health = createRouteHealth({
    clock,
    random,
    memory: createRouteMemory(() => store),
    onMemoryError: (error) => log.warn('The state of the keys could not be saved.', { error }),
  });
  const logins = openLogins({ home, clock, configuration, log });
  const saved = await logins.list();
  log.addSecrets(await logins.secrets());
  const modelFetch = createModelFetch(env);
  const models = chooseModels(
    { clock, random, health, logins, fetch: modelFetch.fetch },
    { config, env, saved },
  );
  const workspaces = await openWorkspaces(home, () => configuration.current().config);
  await prepareHome(home);
  await workspaces.prepare();
  log.setSecrets(configuration.current().secrets);
  const store = await openStore(home, config, overrides);
  await using opening = new AsyncDisposableStack();
  opening.use(store);
  opening.use(modelFetch);
  // Whoever holds the store is alone in the home.
  await clearHome(home);
  const token = config.gateway.auth.token ?? (await readOrMakeToken(home));
  log.setSecrets([token, ...configuration.current().secrets]);
  opening.use(health);
  opening.use(restoringHealth(health, log));
  const foundation: Foundation = {
    home,
    env,
    configuration,
    workspaces,
    log,
    clock,
    newId,
    random,
    store,
    token,
    scope: opening.move(),
    health,
    logins,
    fetch: modelFetch.fetch,
    models,
    embedders: createEmbedderSource({
      models: () => foundation.models,
      settings: derived(() => configuration.current().config, toRuntimeSettings),
      store,
      newId,
    }),
  };
  return foundation;
}

/** Reads what is known of the keys beside all else; its end is waited for. */
function restoringHealth(health: RouteHealth, log: ServerLog): AsyncDisposable {
  const restored = health.restore(new AbortController().signal).catch((error: unknown) => {
    log.warn('The state of the keys could not be read.', { error });
  });
  return { [Symbol.asyncDispose]: () => restored };
}

function openLogins({
  home,
  clock,
  configuration,
  log,
}: Pick<Foundation, 'home' | 'clock' | 'configuration' | 'log'>): Logins {
  return createLogins({
    files: openCredentialFiles(home.logins, { clock }),
    fetch: (input, init) => globalThis.fetch(input, init),
    clock,
    settings: (id) => configuration.current().config.logins[id],
    onSecrets: (secrets) => log.addSecrets(secrets),
  });
}

async function openStore(
  home: Home,
  config: Config,
  { workers, storeCrashPoint, roles, clock }: ServerOverrides,
): Promise<Store> {
  try {
    return await openSqliteStore({
      path: sqlitePath(config.store.url, home.root),
      blobsPath: home.blobs,
      recordKeysFile: home.recordKeysFile,
      writerUrl: workers?.writer,
      readerUrl: workers?.reader,
      crashPoint: storeCrashPoint,
      now: clock?.now,
    });
  } catch (error) {
    const isGateway = roles?.includes('serve') ?? true;
    if (!isGateway || !isCuttleError(error, 'store.single-process')) throw error;
    throw (await alreadyRunning(home, error)) ?? error;
  }
}
