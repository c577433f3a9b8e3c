import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createIds } from '@cuttle/core-types';
import type { CliContext, EndSignal } from './context.ts';
import { createBrowser } from './node-browser.ts';
import { createEditor } from './node-editor.ts';
import { nodeClock } from './node-clock.ts';
import { createProcesses } from './node-processes.ts';
import { runCli } from './run-cli.ts';

/** The composition root: the commands over the real process. Resolves with its exit status. */
export async function runProcess(
  host: NodeJS.Process,
  { argv, version }: { argv: readonly string[]; version: string },
): Promise<number> {
  // A reader that has enough (`cuttle logs | head`) is no failure.
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    host.exit(0);
  });
  const context: CliContext = {
    version,
    env: host.env,
    stdin: host.stdin,
    stdout: host.stdout,
    stderr: host.stderr,
    userFolder: homedir(),
    serverEntry: findServer(),
    clock: nodeClock,
    newId: createIds({ now: nodeClock.now, random: (bytes) => crypto.getRandomValues(bytes) }),
    fetch: globalThis.fetch,
    processes: createProcesses(host),
    openBrowser: createBrowser(host),
    editText: createEditor(host),
    onSignal: (listener) => onSignal(host, listener),
  };
  return runCli(context, argv);
}

/** Beside this app in the repository, from the source and from the bundle alike; inside it in the published package. */
function findServer(): string {
  const beside = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));
  const inside = fileURLToPath(new URL('./server/main.js', import.meta.url));
  return existsSync(beside) || !existsSync(inside) ? beside : inside;
}

function onSignal(host: NodeJS.Process, listener: (signal: EndSignal) => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const hear = (signal: NodeJS.Signals): void => listener(signal as EndSignal); // only these three are listened to
  for (const signal of signals) host.on(signal, hear);
  return () => {
    for (const signal of signals) host.off(signal, hear);
  };
}
