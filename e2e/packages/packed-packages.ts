import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { openRegistry } from './open-registry.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const Published = z.looseObject({
  name: z.string(),
  private: z.boolean().default(false),
  exports: z.record(z.string(), z.unknown()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});
/** What the manifest of a published package says. */
export type Published = z.infer<typeof Published>;

/** Our packages, packed as they would be published, and projects that install them from a registry. */
export interface PackedPackages extends AsyncDisposable {
  readonly published: readonly Published[];
  /** An empty project. */
  createProject(): Promise<Project>;
}
export interface Project {
  readonly folder: string;
  /** By npm: these packages, and what they declare; flags go before them. */
  install(...names: readonly string[]): Promise<void>;
  /** Every package that npm brought. */
  installed(): Promise<readonly InstalledPackage[]>;
  /** Runs a program of the project. It must end well; stderr comes with stdout, behind it. */
  node(file: string, text: string): Promise<string>;
  readonly env: Readonly<Record<string, string>>;
}
interface InstalledPackage {
  /** `node_modules/zod`. */
  readonly path: string;
  readonly name: string;
  readonly hasInstallScript: boolean;
}

/** Why npm cannot install here; undefined where it can. */
export async function npmFault(): Promise<string | undefined> {
  return run('npm', ['--version']).then(
    () => undefined,
    (error: unknown) => String(error).split('\n', 1)[0],
  );
}

export async function packPackages(): Promise<PackedPackages> {
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-packages-'));
  made.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const tarballs = join(folder, 'tarballs');
  const published = await readPublished();
  const chosen = published.map(({ name }) => `--filter=${name}`);
  await run('pnpm', [...chosen, 'pack', '--pack-destination', tarballs], { cwd: root });
  const registry = made.use(await openRegistry(tarballs));
  const all = made.move();
  let count = 0;
  return {
    published,
    async createProject() {
      count += 1;
      const project = join(folder, `project-${count}`);
      await mkdir(project);
      await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
      return toProject(project, { url: registry.url, cache: join(folder, 'npm') });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function readPublished(): Promise<readonly Published[]> {
  const manifests = ['packages', 'apps'].map(async (parent) => {
    const folders = await readdir(join(root, parent));
    const texts = folders.map((name) => readFile(join(root, parent, name, 'package.json'), 'utf8'));
    return (await Promise.all(texts)).map((text) => Published.parse(JSON.parse(text)));
  });
  return (await Promise.all(manifests)).flat().filter((one) => !one.private);
}

// npm lists what it brought: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json#hidden-lockfiles
const HiddenLock = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ hasInstallScript: z.boolean().default(false) })),
});

function toProject(folder: string, from: { url: string; cache: string }): Project {
  // Nothing of this machine's settings of npm, nor of the script that runs the tests.
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, CUTTLE_HOME: join(folder, 'home') };
  const options = { cwd: folder, env, timeout: 120_000 };
  const flags = [
    `--registry=${from.url}`,
    `--cache=${from.cache}`,
    `--globalconfig=${join(folder, 'npmrc')}`,
    '--prefer-offline',
    '--ignore-scripts', // as the workspace does
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--fetch-retries=0',
    '--loglevel=error',
  ];
  return {
    folder,
    env,
    async install(...names) {
      await run('npm', ['install', ...flags, ...names], options);
    },
    async installed() {
      const text = await readFile(join(folder, 'node_modules/.package-lock.json'), 'utf8');
      return Object.entries(HiddenLock.parse(JSON.parse(text)).packages).map(([path, one]) => ({
        path,
        name: path.replace(/^.*node_modules\//, ''),
        hasInstallScript: one.hasInstallScript,
      }));
    },
    async node(file, text) {
      await writeFile(join(folder, file), text);
      const { stdout, stderr } = await run(process.execPath, [file], options);
      return stdout + stderr;
    },
  };
}
