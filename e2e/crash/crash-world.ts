import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigInput } from '@cuttle/config';
import { textFor } from '@cuttle/core-types/texts';
import { createClient, type Follow } from '@cuttle/client';
import { echoScript, type ModelCall, type ModelServer, type Script, text } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { createVictim, openToolLedger, type ToolLedger, type Victim } from '@cuttle/testkit/crash';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import type { Doors } from './batch.ts';
import { greetings } from './shapes/groups.ts';
import { workerNames } from './shapes/workers.ts';

export interface CrashWorldOptions {
  /** The file that starts the server: the bundle of `crash-server.ts`, or a built main. */
  readonly program: string;
  readonly dialect: 'openai' | 'anthropic';
  /** What the channel declares for a send that was cut. */
  readonly ambiguity: 'at-most-once' | 'resend-marked';
}

/** A gateway that is killed, with everything around it that lives on: platform, model, tools, clients, and one home. */
export interface CrashWorld extends AsyncDisposable {
  readonly doors: Doors;
  readonly model: ModelServer;
  readonly ledger: ToolLedger;
  readonly victim: Victim;
  readonly home: string;
  readonly database: string;
  /** A client that follows a session over all lives. */
  follow(sessionKey: string): Follow;
  readonly options: CrashWorldOptions;
}

/** Chats that shapes use. */
export const people = Array.from({ length: 22 }, (_, index) => 1001 + index);
const token = 'crash-test-token';
const modelOf = { openai: 'gpt-4.1-mini', anthropic: 'claude-sonnet-4-5' } as const;

export async function openCrashWorld(options: CrashWorldOptions): Promise<CrashWorld> {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-crash-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const telegram = made.use(await openTelegramServer({ longPollCapMs: 5_000 }));
  for (const id of people) telegram.user({ id, firstName: `Person ${id}` });
  const model = made.use(await openModel(options.dialect));
  const ledger = made.use(await openToolLedger());
  const port = await findPort();
  const url = `http://127.0.0.1:${port}`;
  const config = toConfig(options, { port, modelUrl: model.url, telegram });
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'cuttle.json5'), JSON.stringify(config));
  const env = {
    PATH: process.env['PATH'],
    CUTTLE_HOME: home,
    CUTTLE_CRASH_LEDGER: ledger.url,
    NODE_COMPILE_CACHE: join(options.program, '../.compile-cache'),
  };
  const command = { file: process.execPath, args: [options.program], env };
  const victim = made.use(createVictim({ command, readyUrl: `${url}/ready` }));
  const client = made.use(
    createClient({
      url,
      token,
      client: { id: 'crash-test', version: '1.0.0', platform: 'node', mode: 'script' },
      backoff: { firstMs: 20, maxMs: 50 },
    }),
  );
  const follows = new Map<string, Follow>();
  made.defer(() => {
    for (const followed of follows.values()) followed.close();
  });
  const all = made.move();
  return {
    follow(sessionKey) {
      const known = follows.get(sessionKey);
      const followed = known ?? client.follow(sessionKey, {}, new AbortController().signal);
      follows.set(sessionKey, followed);
      return followed;
    },
    doors: { telegram, client, url, token },
    model,
    ledger,
    victim,
    home,
    database: join(home, 'data', 'cuttle.db'),
    options,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** What the gateway asks for itself. */
export function isSummaryCall({ system }: Pick<ModelCall, 'system'>): boolean {
  return system.startsWith('You keep the memory of a conversation');
}

/** Asked what to remember before a summary. */
export function isFlushCall({ system }: Pick<ModelCall, 'system'>): boolean {
  return system.startsWith(textFor('context.flush').slice(0, 60));
}

function openModel(dialect: CrashWorldOptions['dialect']): Promise<ModelServer> {
  const echo = echoScript();
  const script: Script = (call) => {
    if (isSummaryCall(call)) return [text('## State\n- what was said before')];
    if (isFlushCall(call)) return [text(`- What was said at ${call.order}.`)];
    return typeof echo === 'function' ? echo(call) : undefined;
  };
  return dialect === 'openai' ? openOpenaiServer({ script }) : openAnthropicServer({ script });
}

function toConfig(
  { dialect, ambiguity }: CrashWorldOptions,
  { port, modelUrl, telegram }: { port: number; modelUrl: string; telegram: Doors['telegram'] },
): ConfigInput {
  const model = modelOf[dialect];
  const account = {
    token: telegram.token,
    apiRoot: telegram.url,
    dmPolicy: 'allowlist',
    allowedUsers: people,
    ambiguity,
    greetings,
    // Twenty messages at once are answered at once: how soon Telegram lets them through is another test's question.
    limits: { perConversation: { count: 1000, windowMs: 1000 } },
  };
  return {
    gateway: { port, auth: { token } },
    providers: {
      local: {
        kind: dialect,
        baseUrl: modelUrl,
        apiKey: 'test-key',
        models: [{ id: model, contextWindow: 128_000 }],
      },
    },
    agents: {
      defaults: { model: `local/${model}`, subagents: { workers: [...workerNames] } },
    },
    channels: { telegram: { main: account } },
    tools: { profile: 'messaging', allow: ['crash_*'] },
    limits: { windowEntries: 40 },
    delivery: { deadlineMs: 1500, marginMs: 200, streamAfterMs: 80 },
    log: { level: 'warn' },
  };
}

/** A port that is free now: the gateway keeps it over all its lives, so that clients find it again. */
export async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new TypeError('No TCP address');
  return address.port;
}
