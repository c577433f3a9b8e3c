import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, configSchema } from '@cuttle/config';
import { createServer, type CuttleServer, type ServerOverrides } from '@cuttle/server';
import { echoScript, type ModelServer, type Script } from '@cuttle/testkit';
import {
  type OpenaiModel,
  openOpenaiServer,
  type TranscriptionScript,
} from '@cuttle/testkit/openai';
import { connectRaw, type Handshake, type RawClient, type RawOptions } from './raw-client.ts';

/** A whole gateway on a fresh home, in this process, with a model that does what the user's text says. */
export interface OpenGateway extends AsyncDisposable {
  /** The one that runs now. */
  readonly server: CuttleServer;
  readonly url: string;
  readonly token: string;
  readonly home: string;
  readonly model: ModelServer;
  /** A request with the owner's token unless `headers` names another. */
  fetch(
    path: string,
    init?: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Response>;
  /** A socket whose handshake is done. */
  connect(handshake?: Handshake, options?: RawOptions): Promise<RawClient>;
  /** Ends the server at once and starts another on the same home. */
  restart(): Promise<void>;
}

export interface GatewayOptions {
  readonly script?: Script;
  /** What the model's server serves, in place of OpenAI's. */
  readonly models?: readonly OpenaiModel[];
  /** What is said in recordings. */
  readonly transcriptions?: TranscriptionScript;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Changes the parsed configuration, where `config` would replace a whole section. */
  readonly adjust?: (config: Config) => void;
  readonly overrides?: Omit<ServerOverrides, 'home'>;
}

export const modelRef = 'local/gpt-4.1-mini';

export async function openGateway({
  script = echoScript(),
  models,
  transcriptions,
  config = {},
  adjust,
  overrides = {},
}: GatewayOptions = {}): Promise<OpenGateway> {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-gateway-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const model = made.use(
    await openOpenaiServer({
      script,
      ...(models && { models }),
      ...(transcriptions && { transcriptions }),
    }),
  );
  const parsed = configSchema.parse({ ...withModel(model.url), ...config });
  adjust?.(parsed);
  const start = (): Promise<CuttleServer> => createServer(parsed, { ...overrides, home });
  let server = await start();
  made.defer(() => server[Symbol.asyncDispose]());
  const token = (await readFile(join(home, 'credentials/gateway-token'), 'utf8')).trim();
  const sockets = new Set<RawClient>();
  made.defer(async () => {
    for (const socket of sockets) socket.terminate();
  });
  const all = made.move();
  const urlNow = (): string => server.url ?? '';
  return {
    get server() {
      return server;
    },
    get url() {
      return urlNow();
    },
    token,
    home,
    model,
    fetch: (path, { headers, ...init } = {}) =>
      fetch(new URL(path, urlNow()), {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...headers },
      }),
    async connect(handshake, options) {
      const socket = await connectRaw(urlNow(), options);
      sockets.add(socket);
      await socket.shake({ auth: { token }, ...handshake });
      return socket;
    },
    async restart() {
      await server[Symbol.asyncDispose]();
      server = await start();
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function withModel(baseUrl: string): object {
  const models = [{ id: 'gpt-4.1-mini', contextWindow: 128_000 }];
  return {
    gateway: { port: 0 },
    log: { level: 'error' },
    providers: { local: { kind: 'openai', baseUrl, apiKey: 'test-key', models } },
    agents: { defaults: { model: modelRef } },
  };
}
