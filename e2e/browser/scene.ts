import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { configSchema } from '@cuttle/config';
import type { Tool } from '@cuttle/core-types/ports';
import { createServer, type CuttleServer } from '@cuttle/server';
import type { ModelServer, Script } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { type CutProxy, openCutProxy } from './cut-proxy.ts';

/** A whole gateway with the built page, on a fresh home, with a model that says what a test wants. */
export interface Scene extends AsyncDisposable {
  readonly server: CuttleServer;
  /** Undefined without a script: the gateway answers by itself. */
  readonly model: ModelServer | undefined;
  readonly network: CutProxy;
  /** A fresh address that logs a browser in, once, through the network that can be cut. */
  loginUrl(): Promise<string>;
}

export interface SceneOptions {
  readonly script?: Script;
  readonly tools?: readonly Tool[];
}

const pageFolder = resolve(import.meta.dirname, process.env['PAGE'] ?? '../../apps/web/dist');

export async function openScene({ script, tools = [] }: SceneOptions = {}): Promise<Scene> {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-page-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const model =
    script &&
    made.use(await openOpenaiServer({ script, rules: 'skipped', reasoning: 'reasoning_content' }));
  const config = configSchema.parse({
    gateway: { port: 0 },
    log: { level: 'error' },
    ...(model && {
      providers: {
        local: {
          kind: 'openai',
          baseUrl: model.url,
          apiKey: 'test-key',
          models: [{ id: 'gpt-4.1-mini', contextWindow: 128_000 }, { id: 'gpt-4o-mini' }],
        },
      },
      agents: { defaults: { model: 'local/gpt-4.1-mini' } },
    }),
    tools: { profile: 'full' },
  });
  const server = made.use(await createServer(config, { home, tools, pageFolder }));
  const network = made.use(await openCutProxy(Number(new URL(server.url ?? '').port)));
  const all = made.move();
  return {
    server,
    model,
    network,
    async loginUrl() {
      const { url } = await server.call('web.code', {});
      const address = new URL(url);
      address.port = String(network.port);
      return address.href;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
