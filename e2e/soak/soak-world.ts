import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigInput } from '@cuttle/config';
import { echoScript } from '@cuttle/testkit';
import { createVictim, type Victim } from '@cuttle/testkit/crash';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { findPort } from '../crash/crash-world.ts';
import { openDiscordPlatform } from './discord-platform.ts';
import type { SoakPlatform, SoakPlatformName, SoakPlatformOptions } from './platform.ts';
import { encodeScale, type TimeScale } from './scaled-clock.ts';
import { openSlackHttpPlatform, openSlackPlatform } from './slack-platform.ts';
import { openTelegramPlatform } from './telegram-platform.ts';
import { openWhatsappPlatform } from './whatsapp-platform.ts';
import { localModel } from '../channels/local-model.ts';
import { openWhatsappWebPlatform } from './whatsapp-web-platform.ts';

const openPlatform: Readonly<
  Record<SoakPlatformName, (options: SoakPlatformOptions) => Promise<SoakPlatform>>
> = {
  telegram: openTelegramPlatform,
  discord: openDiscordPlatform,
  slack: openSlackPlatform,
  'slack-http': openSlackHttpPlatform,
  whatsapp: openWhatsappPlatform,
  'whatsapp-web': openWhatsappWebPlatform,
};

export function isSoakPlatform(name: string): name is SoakPlatformName {
  return Object.hasOwn(openPlatform, name);
}

export const soakPlatformNames = Object.keys(openPlatform).filter(isSoakPlatform);

/** A gateway that is killed, with one platform and a model that live on. */
export interface SoakWorld extends AsyncDisposable {
  readonly platform: SoakPlatform;
  readonly victim: Victim;
  readonly url: string;
  readonly database: string;
  /** Resident memory of the gateway's process now, in MB. Linux only. */
  residentMb(): Promise<number>;
  /** Of this life, where it is to be looked into. */
  inspectorUrl(): string;
}

export interface SoakWorldOptions extends SoakPlatformOptions {
  readonly channel: SoakPlatformName;
  /** The bundle of the crash server. */
  readonly program: string;
  readonly scale: TimeScale;
  /** Whether the process can be looked into. */
  readonly inspect?: boolean;
}

export async function openSoakWorld(options: SoakWorldOptions): Promise<SoakWorld> {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-soak-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const platform = made.use(await openPlatform[options.channel](options));
  const model = made.use(await openOpenaiServer({ script: echoScript() }));
  const port = await findPort();
  const url = `http://127.0.0.1:${port}`;
  const config = toConfig(platform, { port, modelUrl: model.url });
  await writeFile(join(home, 'cuttle.json5'), JSON.stringify(config));
  const env = {
    PATH: process.env['PATH'],
    CUTTLE_HOME: home,
    CUTTLE_CRASH_TIME: encodeScale(options.scale),
    NODE_COMPILE_CACHE: join(options.program, '../.compile-cache'),
  };
  const command = {
    file: process.execPath,
    args: [...(options.inspect ? ['--inspect=127.0.0.1:0'] : []), options.program],
    env,
  };
  const victim = made.use(createVictim({ command, readyUrl: `${url}/ready` }));
  const all = made.move();
  return {
    platform,
    victim,
    url,
    database: join(home, 'data', 'cuttle.db'),
    residentMb: () => readResidentMb(home),
    inspectorUrl: () => /ws:\/\/\S+/.exec(victim.output)?.[0] ?? '',
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function toConfig(
  platform: SoakPlatform,
  { port, modelUrl }: { readonly port: number; readonly modelUrl: string },
): ConfigInput {
  return {
    gateway: { port, auth: { token: 'soak-token' } },
    ...localModel(modelUrl),
    channels: { [platform.name]: { main: platform.account } },
    limits: { windowEntries: 20, queuePerSession: 10_000, queueTotal: 100_000 },
    log: { level: 'error' },
  };
}

async function readResidentMb(home: string): Promise<number> {
  const run = await readFile(join(home, 'run', 'gateway.json'), 'utf8');
  const { pid } = JSON.parse(run) as { readonly pid: number }; // written by the gateway
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
