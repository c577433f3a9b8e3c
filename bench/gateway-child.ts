import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built server as a child, in a home of its own under the system's folder for temporary files. */
export interface GatewayChild extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** From spawning the process to the first 200 of `/ready`. */
  readonly readyMs: number;
  readonly home: string;
  /** Where its inspector listens, if it was asked for. */
  readonly inspectorUrl: string | undefined;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('../apps/server/dist/main.js', import.meta.url));
const token = 'benchmark-token';

/** Starts a gateway whose only model is the given one; `home` starts it on data that is there. */
export async function startGateway({
  modelUrl,
  home,
  models = [{ id: 'gpt-4.1-mini' }],
  agents = {},
  inspect = false,
}: {
  modelUrl?: string;
  home?: string;
  models?: readonly object[];
  agents?: object;
  /** With an inspector, which can collect garbage and count what is left. */
  inspect?: boolean;
} = {}): Promise<GatewayChild> {
  const folder = home ?? (await mkdtemp(join(tmpdir(), 'cuttle-bench-')));
  await writeConfig(folder, { modelUrl, models, agents });
  await rm(join(folder, 'run'), { recursive: true, force: true });
  const startedAt = performance.now();
  const options = inspect ? ['--inspect=127.0.0.1:0'] : [];
  const child = spawn(process.execPath, [...options, main], {
    env: { PATH: process.env['PATH'], CUTTLE_HOME: folder },
    stdio: ['ignore', 'pipe', inspect ? 'pipe' : 'inherit'],
  });
  const inspectorUrl = inspect ? await findInspector(child) : undefined;
  const url = await firstLine(child);
  await untilReady(url);
  const readyMs = performance.now() - startedAt;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return {
    url,
    token,
    pid: child.pid ?? 0,
    readyMs,
    home: folder,
    inspectorUrl,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (home === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  const url = /http:\/\/[\d.]+:\d+/.exec(text)?.[0];
  if (url === undefined) throw new Error(`The server did not start: ${text}`);
  return url;
}

async function writeConfig(
  folder: string,
  {
    modelUrl,
    models,
    agents,
  }: { modelUrl: string | undefined; models: readonly object[]; agents: object },
): Promise<void> {
  const model = { kind: 'openai', baseUrl: modelUrl, apiKey: 'test-key', models };
  const config = {
    gateway: { port: 0, auth: { token } },
    providers: modelUrl === undefined ? {} : { model },
    agents,
    log: { level: 'warn' },
  };
  await writeFile(join(folder, 'cuttle.json5'), JSON.stringify(config));
}

/** Node says the address in its first line; of what comes behind it, all but its own words is passed on. https://nodejs.org/api/debugger.html#v8-inspector-integration-for-nodejs */
async function findInspector({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new TypeError('The inspector says its address where nobody reads it.');
  const found = Promise.withResolvers<string>();
  createInterface({ input: stderr })
    .on('line', (line) => {
      const url = /ws:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) found.resolve(url);
      else if (!/^(?:For help, see|Debugger )/.test(line)) process.stderr.write(`${line}\n`);
    })
    .once('close', () => found.reject(new Error('There is no inspector.')));
  return found.promise;
}

async function untilReady(url: string): Promise<void> {
  while (!(await fetch(`${url}/ready`)).ok);
}

/** Resident memory of a process in MB. Linux only. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** CPU time that a process has used, all threads together, in ms. Linux only. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // proc(5): after the name, which may hold spaces, utime and stime are the 12th and 13th field, in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** One gauge of `/metrics`. */
export async function readGauge(
  { url, token: bearer }: GatewayChild,
  name: string,
): Promise<number> {
  const text = await (
    await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${bearer}` } })
  ).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}
