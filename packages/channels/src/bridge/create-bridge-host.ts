import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { Json, parseJson } from '@cuttle/core-types';
import { z } from 'zod';
import type { BridgeHost, BridgeProgram } from './bridge-host.ts';

export interface BridgeHostOptions {
  /** Folder of the account. */
  readonly folder: string;
  /** Folders whose `node_modules` may hold a bridge, the best first; what is missing is installed into the first. */
  readonly roots: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a program needs of the environment to run and to reach its platform; keys and tokens of the gateway are not among it. */
const inherited =
  /^(?:PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|TE?MP|TMPDIR|LANG|LC_\w+|TZ|(?:HTTPS?|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR))$/i;

const Manifest = z.looseObject({
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
});

/** Starts bridges as children of this process, under its Node. */
export function createBridgeHost({ folder, roots, env }: BridgeHostOptions): BridgeHost {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => inherited.test(name)));
  return {
    folder,
    async find(packageName) {
      for (const root of roots) {
        const program = await findProgram(join(root, 'node_modules', packageName));
        if (program !== undefined) return program;
      }
      return undefined;
    },
    installCommand: (packageName) => `npm install --prefix "${roots[0] ?? folder}" ${packageName}`,
    start: (file, args) => startChild([file, ...args], kept),
  };
}

async function findProgram(packageFolder: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(join(packageFolder, 'package.json'), 'utf8');
  } catch {
    return undefined; // not installed here
  }
  const manifest = Manifest.safeParse(parseJson(Json, text));
  const { bin } = manifest.success ? manifest.data : {};
  const file = typeof bin === 'string' ? bin : Object.values(bin ?? {})[0];
  return file === undefined ? undefined : join(packageFolder, file);
}

function startChild(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): BridgeProgram {
  const child = spawn(execPath, [...args], { env, stdio: 'pipe', windowsHide: true });
  const end = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it did not start (${error.message})`));
    child.once('close', (code, signal) =>
      resolve(signal === null ? `it ended with status ${code ?? 'none'}` : `ended by ${signal}`),
    );
  });
  return {
    input: child.stdin,
    output: child.stdout,
    errors: child.stderr,
    end,
    kill: () => void child.kill('SIGKILL'),
  };
}
