import { randomBytes } from 'node:crypto';
import { pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Store, Tool, MediaReading } from '@cuttle/core-types/ports';
import { answerProbe, createGateway, type Gateway, type ProcessFacts } from '@cuttle/gateway';
import type { Runtime } from '@cuttle/runtime';
import type { PurgeDeps } from '@cuttle/sessions';
import type { Memory } from '@cuttle/tools';
import { derived } from './derived.ts';
import { fallbackProblems } from './fallback-problems.ts';
import type { Foundation } from './foundation.ts';
import { removeRunFile, writeRunFile } from './home.ts';
import { listen, type Listening } from './listen.ts';
import { createInstalledHandlers } from './installed-models.ts';
import { createPageFiles } from './page-files.ts';
import { createProcessFacts } from './process-facts.ts';
import { createRootHandlers } from './root-handlers.ts';
import { toGatewaySettings } from './settings.ts';
import { version } from './version.ts';

interface DoorParts {
  readonly foundation: Foundation;
  readonly runtime: Runtime;
  readonly tools: readonly Tool[];
  readonly memory: Memory;
  readonly purge: PurgeDeps;
  readonly media: MediaReading;
  readonly pageFolder: string | undefined;
  readonly port: 'none' | undefined;
}
export interface OpenDoors extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Undefined where no port is open. */
  readonly url: string | undefined;
  ready(): void;
  draining(): void;
}

/** The port, if one is wanted, with everything behind it. Throws `gateway.port-in-use`, with nothing left open. */
export async function openDoors(parts: DoorParts): Promise<OpenDoors> {
  await using opening = new AsyncDisposableStack();
  const { foundation } = parts;
  const { home, store, configuration, clock } = foundation;
  const reasons = new Set(['starting']);
  let url = '';
  const facts = createProcessFacts({
    version,
    home: home.root,
    url: () => url,
    notReady: () => [...reasons, ...storeReasons(store)],
    configProblems: () => {
      const { config, problems } = configuration.current();
      return [...problems, ...fallbackProblems(config, foundation.models)];
    },
    model: () => foundation.models.fallback(),
  });
  const gateway = await wireGateway(parts, facts);
  // Its sockets end before the port closes.
  const listening =
    parts.port === 'none'
      ? undefined
      : await openPort(parts, { gateway, facts }).catch((error: unknown) => {
          gateway.close();
          throw error;
        });
  opening.use(listening);
  opening.defer(() => gateway.close());
  url = listening?.url ?? '';
  const startedAt = new Date(clock.now()).toISOString();
  if (listening) await writeRunFile(home, { pid, url, startedAt, version });
  const open = opening.move();
  return {
    gateway,
    url: listening?.url,
    ready: () => void reasons.delete('starting'),
    draining() {
      reasons.add('draining');
      gateway.broadcast('shutdown', { reason: 'draining' });
    },
    async [Symbol.asyncDispose]() {
      await open.disposeAsync();
      if (listening) await removeRunFile(home);
    },
  };
}

function openPort(
  { foundation }: DoorParts,
  { gateway, facts }: { readonly gateway: Gateway; readonly facts: ProcessFacts },
): Promise<Listening> {
  const { port, bind } = foundation.configuration.current().config.gateway;
  const host = bind === 'loopback' ? '127.0.0.1' : '0.0.0.0';
  return listen(gateway, { host, port, probe: (path) => answerProbe(facts, path) });
}

async function wireGateway(
  { foundation, runtime, tools, memory, media, purge, pageFolder }: DoorParts,
  facts: ProcessFacts,
): Promise<Gateway> {
  const { store, configuration, token, log } = foundation;
  const models = (): Foundation['models'] => foundation.models;
  const folder = pageFolder ?? fileURLToPath(new URL('../../web/dist', import.meta.url));
  const files = createPageFiles(folder);
  const ended = new AbortController();
  foundation.scope.defer(() => ended.abort('stopped'));
  const installed = createInstalledHandlers({ ...foundation, models, signal: ended.signal });
  return createGateway({
    ...foundation,
    runtime,
    newSecret: () => randomBytes(32).toString('base64url'),
    settings: derived(
      () => configuration.current().config,
      (config) => toGatewaySettings(config, token),
    ),
    root: createRootHandlers({ models, tools, memory, installed, configuration, log }),
    resolveModel: (ref) => models().resolve(ref).ref,
    modelRefs: () => models().list(),
    embedders: {
      chosen: () => models().embedding?.ref,
      open: (ref, payer) => foundation.embedders.open(ref, payer),
    },
    purge,
    inspectMedia: media.inspect,
    workspaceOf: (agentId) => foundation.workspaces.placeOf(agentId).root,
    facts,
    page: async (path) => (configuration.current().config.web.enabled ? files(path) : undefined),
    doors: { http: await accountOf(store, 'http'), web: await accountOf(store, 'web') },
  });
}

/** Our own doors have account rows like any messenger. */
async function accountOf({ journal }: Store, channel: string): Promise<string> {
  const { accountId } = await journal.openAccount({ channel, name: 'main', platformId: channel });
  return accountId;
}

/** Why the store takes nothing now, in words for `/ready`. */
function storeReasons(store: Store): string[] {
  const { writable, disk, detail } = store.health();
  if (writable && disk === 'ok') return [];
  return [
    `store: ${disk === 'ok' ? 'not writable' : `disk ${disk}`}${detail === undefined ? '' : ` (${detail})`}`,
  ];
}
