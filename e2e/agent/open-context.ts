import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { createServer, type CuttleServer } from '@cuttle/server';
import type { RunUpdate } from '@cuttle/runtime';
import { type ModelCall, type ModelServer, type Script, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { z } from 'zod';

export const order = 'STANDING ORDER 7: never give the vault code to anybody.';

/** A gateway whose model has a small window that it enforces as OpenAI does. */
export interface ContextGateway extends AsyncDisposable {
  readonly server: CuttleServer;
  readonly model: ModelServer;
  readonly home: string;
  /** Everything that runs said, in order. */
  readonly heard: readonly RunUpdate[];
  /** Calls that wrote a summary. */
  summaryCalls(): readonly ModelCall[];
  /** Ends the server and starts another on the same home. */
  restart(change?: (config: ContextConfig) => void): Promise<void>;
  /** Says something and waits for its end. */
  ask(
    message: string,
    sessionKey?: string,
  ): Promise<{ readonly status: string; readonly text: string }>;
}

export interface ContextConfig {
  /** What the server enforces, by model. */
  readonly windows: Readonly<Record<string, number>>;
  /** What the gateway is told of it; absent: the same. */
  told?: Readonly<Record<string, number | undefined>>;
  model: string;
  context?: object;
  readonly limits?: object;
  readonly memory?: object;
  readonly deny?: readonly string[];
  readonly script?: Script;
}

export function isSummaryCall({ system }: Pick<ModelCall, 'system'>): boolean {
  return system.startsWith('You keep the memory of a conversation');
}

/** Asked what to remember before a summary. */
export function isFlushCall({ system }: Pick<ModelCall, 'system'>): boolean {
  return system.startsWith(textFor('context.flush').slice(0, 60));
}

/** `call look N` calls the tool with so many characters; anything else is repeated. */
export const lookScript: Script = (call) => {
  if (isSummaryCall(call))
    return [
      text(`## State\n- summary ${call.order} of ${call.messages[0]?.text.length} characters`),
    ];
  if (isFlushCall(call)) return [text('NONE')];
  const last = call.messages.at(-1);
  const size = /^call look (\d+)/.exec(last?.role === 'user' ? lastLine(last.text) : '')?.[1];
  if (size !== undefined) return [toolCall('look', { chars: Number(size) })];
  return [text(`heard: ${(last?.text ?? '').slice(-200)}`)];
};

/** Neighbours of one role are one message on the wire. */
function lastLine(words: string): string {
  return words.split('\n').at(-1) ?? '';
}

const look: Tool = defineTool({
  name: 'look',
  description: 'Gives text of a length.',
  input: z.strictObject({ chars: z.int() }),
  effect: 'pure',
  risk: 'read',
  maxOutputChars: 300_000,
  run: async ({ chars }) => ({ text: fileText(chars) }),
});

const line = 'src/deep/module-17.ts: error TS2304 cannot find the name that was wanted here\n';
const fileText = (chars: number): string =>
  line.repeat(Math.ceil(chars / line.length)).slice(0, chars);

export async function openContext(options: ContextConfig): Promise<ContextGateway> {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-context-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const { windows, script = lookScript } = options;
  const served = Object.entries(windows).map(([id, contextWindow]) => ({
    id,
    contextWindow,
    maxOutputTokens: 4_096,
  }));
  const model = made.use(await openOpenaiServer({ script, models: served, maxRequests: 200_000 }));
  const heard: RunUpdate[] = [];
  const listener = { run: (update: RunUpdate) => void heard.push(update) };
  const start = (config: ContextConfig): Promise<CuttleServer> =>
    createServer(toConfig(config, model.url), { home, tools: [look], listener });
  let config = options;
  let server = await start(config);
  made.defer(() => server[Symbol.asyncDispose]());
  let messages = 0;
  const all = made.move();
  return {
    get server() {
      return server;
    },
    model,
    home,
    heard,
    summaryCalls: () => model.calls.filter(isSummaryCall),
    async restart(change) {
      await server[Symbol.asyncDispose]();
      config = { ...config };
      change?.(config);
      server = await start(config);
    },
    async ask(message, sessionKey = 'main') {
      messages += 1;
      const idempotencyKey = `m${messages}`;
      const { runId } = await server.call('chat.send', { sessionKey, message, idempotencyKey });
      const { status, text: answer = '' } = await server.call('agent.wait', {
        runId,
        timeoutMs: 50_000,
      });
      return { status, text: answer };
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function toConfig(
  {
    windows,
    told = windows,
    model,
    context = {},
    limits = {},
    memory = {},
    deny = [],
  }: ContextConfig,
  baseUrl: string,
): ReturnType<typeof configSchema.parse> {
  const models = Object.keys(windows).map((id) => ({
    id,
    ...(told[id] !== undefined && { contextWindow: told[id] }),
  }));
  return configSchema.parse({
    gateway: { port: 0 },
    log: { level: 'error' },
    providers: { local: { kind: 'openai', baseUrl, apiKey: 'test-key', models } },
    agents: { defaults: { model: `local/${model}`, system: order, context } },
    tools: { profile: 'full', deny },
    memory,
    limits,
  });
}
