import { randomBytes } from 'node:crypto';
import type { Config } from '@cuttle/config';
import { createIds, type Principal } from '@cuttle/core-types';
import type { Channel, Store, Tool } from '@cuttle/core-types/ports';
import type { MethodName, ParamsOf, ResultOf } from '@cuttle/core-types/protocol';
import { answerProbe, createGateway, type Gateway } from '@cuttle/gateway';
import { type CrashPoint, createRuntime, type RunListener, type Runtime } from '@cuttle/runtime';
import { openSqliteStore, type SqliteStoreOptions } from '@cuttle/store/sqlite';
import { createChannelKeeper } from './channel-keeper.ts';
import type { ConfigSource } from './config-source.ts';
import { derived } from './derived.ts';
import { fixedConfig } from './fixed-config.ts';
import { homeAt, prepareHome, readOrMakeToken, removeRunFile, writeRunFile } from './home.ts';
import { listen, type Listening } from './listen.ts';
import { createLog, type ServerLog } from './log.ts';
import { chooseModels, findModels } from './choose-models.ts';
import type { Models } from './model-source.ts';
import { nodeClock } from './node-clock.ts';
import { createPageFiles } from './page-files.ts';
import { createProcessFacts } from './process-facts.ts';
import { createRandomBytes } from './random-bytes.ts';
import { createRootHandlers } from './root-handlers.ts';
import { toGatewaySettings, toRuntimeSettings } from './settings.ts';
import { sqlitePath } from './sqlite-path.ts';
import { createTools } from './tool-list.ts';
import { version } from './version.ts';

export { type FileConfig, openConfigFile } from './config-file.ts';
export { createCrashPoint } from './crash-hook.ts';
export { createLog, type ServerLog } from './log.ts';
export { nodeClock } from './node-clock.ts';
export { createRandomBytes } from './random-bytes.ts';
export { untilSignal } from './until-signal.ts';

/** What a server may be given beside its configuration. */
export interface ServerOverrides {
  /** The data folder. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `serve` opens the port and receives from the channels; a worker has only the others: it runs what was accepted, and connects channels to send. Default: all. */
  readonly roles?: readonly ServerRole[];
  /** Hears every run from the first event on. */
  readonly listener?: RunListener;
  /** Tools beyond the shipped ones. */
  readonly tools?: readonly Tool[];
  /** A channel in place of the configured ones, by `<platform>:<account>`, for embedding and tests. */
  readonly channels?: Readonly<Record<string, Channel>>;
  readonly configuration?: ConfigSource;
  readonly log?: ServerLog;
  /** Folder of the built page. */
  readonly pageFolder?: string;
  /** Files of worker threads, where a bundle has them. */
  readonly workers?: {
    readonly writer?: URL;
    readonly reader?: URL;
    readonly math?: URL;
    readonly page?: URL;
  };
  /** Names instants for crash tests; see `CrashPoint`. */
  readonly point?: CrashPoint;
  /** The same for the store's own thread. */
  readonly storeCrashPoint?: SqliteStoreOptions['crashPoint'];
}
export type ServerRole = 'serve' | 'run' | 'deliver';

/** The whole gateway in one process. */
export interface CuttleServer extends AsyncDisposable {
  /** Undefined for one that opens no port. */
  readonly url: string | undefined;
  readonly log: ServerLog;
  /** A method of the protocol without a socket, as the owner unless said otherwise. */
  call<Name extends MethodName>(
    name: Name,
    params: ParamsOf<Name>,
    options?: { principal?: Principal; signal?: AbortSignal },
  ): Promise<ResultOf<Name>>;
  /** Resolves when nothing runs, waits or is being sent. */
  settled(): Promise<void>;
  /** What is stored and not done yet, among other figures. */
  counts: Store['reader']['counts'];
  /** Resolves with the reason when the store is lost: the process must end and start anew. */
  readonly failed: Promise<unknown>;
  /** Takes nothing new, waits at most `graceMs` for what runs; the rest goes on at the next start. */
  drain(graceMs: number): Promise<void>;
}

/** Opens the home, goes on where the last life ended, and serves. Throws `store.*`, `config.invalid` or `gateway.port-in-use`. */
export async function createServer(
  config: Config,
  overrides: ServerOverrides,
): Promise<CuttleServer> {
  const { env = {}, roles = ['serve', 'run', 'deliver'], point } = overrides;
  const isServing = roles.includes('serve');
  const home = homeAt(overrides.home);
  const configuration = overrides.configuration ?? fixedConfig(config);
  const log = overrides.log ?? createLog({ level: config.log.level, now: nodeClock.now });
  const newId = createIds({ now: nodeClock.now, random: createRandomBytes() });
  const random = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
  await prepareHome(home);
  const token = config.gateway.auth.token ?? (await readOrMakeToken(home));
  log.setSecrets([token, ...configuration.current().secrets]);
  const store = await openSqliteStore({
    path: sqlitePath(config.store.url, home.root),
    blobsPath: home.blobs,
    ...(overrides.workers?.writer && { writerUrl: overrides.workers.writer }),
    ...(overrides.workers?.reader && { readerUrl: overrides.workers.reader }),
    ...(overrides.storeCrashPoint !== undefined && { crashPoint: overrides.storeCrashPoint }),
  });
  const state = {
    models: chooseModels({ clock: nodeClock, random }, { config, env }),
    token,
  };
  const current = (): Config => configuration.current().config;
  const tools = [
    ...createTools({
      store,
      clock: nodeClock,
      newId,
      workspace: home.workspace,
      config: () => configuration.current().redacted,
      secrets: () => [state.token, ...configuration.current().secrets],
      workers: overrides.workers ?? {},
      runtime: () => runtime,
    }),
    ...(overrides.tools ?? []),
  ];
  const runtime: Runtime = createRuntime({
    store,
    clock: nodeClock,
    newId,
    random,
    log,
    models: () => state.models,
    tools,
    settings: derived(current, toRuntimeSettings),
    channelMode: isServing ? 'receive' : 'send-only',
    point,
  });
  if (overrides.listener) runtime.hub.subscribe(overrides.listener);
  const channels = createChannelKeeper({
    runtime,
    clock: nodeClock,
    log,
    random,
    env,
    given: overrides.channels ?? {},
    defaultAgentId: () => toRuntimeSettings(current()).defaultAgentId,
  });
  if (isServing) await channels.apply(current().channels);
  const opened = isServing
    ? await openDoors({ store, runtime, log, newId, tools, configuration, state, home, overrides })
    : undefined;
  const stopped = new AbortController();
  const apply = async (next: Config): Promise<void> => {
    const sources = { config: next, env };
    state.models = chooseModels({ clock: nodeClock, random }, sources);
    await channels.apply(next.channels);
    state.models =
      (await findModels({ clock: nodeClock, random }, sources, stopped.signal)) ?? state.models;
  };
  const applyAndTell = (next: Config): void =>
    void apply(next).catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error('A configuration could not be applied.', { error });
    });
  // A worker's queue moves once the models are known; a door that is waited for opens at once.
  if (!isServing) await apply(config);
  await runtime.start();
  configuration.onApplied(({ config: next }) => applyAndTell(next));
  if (isServing) applyAndTell(config);
  opened?.ready();
  return toServer({ opened, runtime, store, log, home, stopped });
}

interface DoorParts {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly log: ServerLog;
  readonly newId: () => string;
  readonly tools: readonly Tool[];
  readonly configuration: ConfigSource;
  readonly state: { readonly models: Models; readonly token: string };
  readonly home: ReturnType<typeof homeAt>;
  readonly overrides: ServerOverrides;
}
interface OpenDoors {
  readonly gateway: Gateway;
  readonly listening: Listening;
  ready(): void;
  draining(): void;
}

/** The port, with everything behind it. */
async function openDoors({
  store,
  runtime,
  log,
  newId,
  tools,
  configuration,
  state,
  home,
  overrides,
}: DoorParts): Promise<OpenDoors> {
  const reasons = new Set(['starting']);
  let url = '';
  const facts = createProcessFacts({
    version,
    home: home.root,
    url: () => url,
    notReady: () => [...reasons, ...storeReasons(store)],
    configProblems: () => configuration.current().problems,
    model: () => state.models.fallback(),
  });
  const [http, web] = await Promise.all(
    ['http', 'web'].map((channel) =>
      store.journal.openAccount({ channel, name: 'main', platformId: channel }),
    ),
  );
  const gateway = createGateway({
    runtime,
    store,
    clock: nodeClock,
    newId,
    newSecret: () => randomBytes(32).toString('base64url'),
    log,
    settings: derived(
      () => configuration.current().config,
      (config) => toGatewaySettings(config, state.token),
    ),
    root: createRootHandlers({ models: () => state.models, tools, configuration, log }),
    resolveModel: (ref) => state.models.resolve(ref).ref,
    modelRefs: () => state.models.list(),
    facts,
    page: createPageFiles(
      overrides.pageFolder ?? new URL('../../web/dist', import.meta.url).pathname,
    ),
    doors: { http: http?.accountId ?? '', web: web?.accountId ?? '' },
  });
  const { port, bind } = configuration.current().config.gateway;
  const listening = await listen(gateway, {
    host: bind === 'loopback' ? '127.0.0.1' : '0.0.0.0',
    port,
    probe: (path) => answerProbe(facts, path),
  });
  url = listening.url;
  await writeRunFile(home, {
    pid: process.pid,
    url,
    startedAt: new Date(nodeClock.now()).toISOString(),
    version,
  });
  return {
    gateway,
    listening,
    ready: () => void reasons.delete('starting'),
    draining: () => void reasons.add('draining'),
  };
}

/** Why the store takes nothing now, in words for `/ready`. */
function storeReasons(store: Store): string[] {
  const { writable, disk, detail } = store.health();
  if (writable && disk === 'ok') return [];
  return [
    `store: ${disk === 'ok' ? 'not writable' : `disk ${disk}`}${detail === undefined ? '' : ` (${detail})`}`,
  ];
}

function toServer({
  opened,
  runtime,
  store,
  log,
  home,
  stopped,
}: {
  stopped: AbortController;
  opened: OpenDoors | undefined;
  runtime: Runtime;
  store: Store;
  log: ServerLog;
  home: ReturnType<typeof homeAt>;
}): CuttleServer {
  let ended: Promise<void> | undefined;
  const end = async (graceMs: number): Promise<void> => {
    stopped.abort('stopped');
    opened?.draining();
    await runtime.drain(graceMs);
    opened?.gateway.close();
    await opened?.listening[Symbol.asyncDispose]();
    if (opened) await removeRunFile(home);
    await store[Symbol.asyncDispose]();
  };
  const drain = (graceMs: number): Promise<void> => (ended ??= end(graceMs));
  return {
    url: opened?.listening.url,
    log,
    call(name, params, options) {
      if (!opened) throw new TypeError('This server has no doors.');
      return opened.gateway.call(name, params, options);
    },
    settled: () => runtime.settled(),
    counts: store.reader.counts,
    failed: store.failed,
    drain,
    [Symbol.asyncDispose]: () => drain(0),
  };
}
