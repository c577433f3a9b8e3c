import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, configSchema } from '@cuttle/config';
import type { Tool } from '@cuttle/core-types/ports';
import { createServer, type CuttleServer } from '@cuttle/server';
import type { ModelServer, Script } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { type CutProxy, openCutProxy } from './cut-proxy.ts';

/** A whole gateway with the built page, on a fresh home, with a model that says what a test wants. */
export interface Scene extends AsyncDisposable {
  /** The one that runs now. */
  readonly server: CuttleServer;
  /** Undefined without a script: the gateway answers by itself. */
  readonly model: ModelServer | undefined;
  readonly network: CutProxy;
  /** A fresh address that logs a browser in, once, through the network that can be cut. */
  loginUrl(): Promise<string>;
  /** Ends the server at once and starts another on the same home, at the same address for browsers. */
  restart(): Promise<void>;
}

export interface SceneOptions {
  readonly script?: Script;
  readonly tools?: readonly Tool[];
  /** Changes the parsed configuration. */
  readonly adjust?: (config: Config) => void;
}

const pageFolder = join(import.meta.dirname, '../../apps/web/dist');

export async function openScene({ script, tools = [], adjust }: SceneOptions = {}): Promise<Scene> {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-page-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const model =
    script &&
    made.use(
      await openOpenaiServer({
        script,
        rules: 'skipped',
        reasoning: 'reasoning_content',
        maxRequests: 10_000,
      }),
    );
  const config = configSchema.parse({
    gateway: { port: 0 },
    log: { level: 'error' },
    ...(model && withModel(model.url)),
    tools: { profile: 'full' },
  });
  adjust?.(config);
  const start = (): Promise<CuttleServer> => createServer(config, { home, tools, pageFolder });
  let server = await start();
  made.defer(() => server[Symbol.asyncDispose]());
  const network = made.use(await openCutProxy(portOf(server)));
  const all = made.move();
  return {
    get server() {
      return server;
    },
    model,
    network,
    async loginUrl() {
      const { url } = await server.call('web.code', {});
      const address = new URL(url);
      address.port = String(network.port);
      return address.href;
    },
    async restart() {
      network.cut();
      await server[Symbol.asyncDispose]();
      server = await start();
      network.leadTo(portOf(server));
      network.mend();
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function withModel(baseUrl: string): object {
  const models = [{ id: 'gpt-4.1-mini', contextWindow: 128_000 }, { id: 'gpt-4o-mini' }];
  return {
    providers: { local: { kind: 'openai', baseUrl, apiKey: 'test-key', models } },
    agents: { defaults: { model: 'local/gpt-4.1-mini' } },
  };
}

function portOf({ url }: CuttleServer): number {
  return Number(new URL(url ?? '').port);
}
