import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { packFolder, readPacked } from './tarball.ts';

const installed = join(import.meta.dirname, '../../node_modules/.pnpm');

const Manifest = z.looseObject({ name: z.string(), version: z.string() });
type Manifest = z.infer<typeof Manifest>;
/** One version of a package. */
interface Release {
  readonly manifest: Manifest;
  readonly tarball: () => Promise<Buffer>;
}

export interface Registry extends AsyncDisposable {
  readonly url: string;
}

/**
 * A registry of packages on this machine, as npm asks one: ours from the folder of tarballs, every other in the versions that
 * the lock file has brought here, from where pnpm keeps them. What is in neither does not exist (404), so an install takes
 * nothing but what a manifest declares, and needs no network.
 * https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
 */
export async function openRegistry(tarballs: string): Promise<Registry> {
  const ours = await readOurs(tarballs);
  const folders = await readdir(installed);
  const known = new Map<string, Promise<readonly Release[]>>();
  const find = (name: string): Promise<readonly Release[]> => {
    const found = known.get(name) ?? findReleases(name, { ours, folders });
    known.set(name, found);
    return found;
  };
  const answer = async (path: string): Promise<Buffer | string | undefined> => {
    const [name = '', version] = path.split('/-/');
    const releases = await find(name);
    if (version !== undefined)
      return releases.find(({ manifest }) => manifest.version === version)?.tarball();
    return releases.length > 0 ? describePackage(name, releases, url) : undefined;
  };
  const server = createServer((request, response) => {
    answer(decodeURIComponent(request.url ?? '').slice(1)).then(
      (body) => response.writeHead(body === undefined ? 404 : 200).end(body ?? '{}'),
      (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('no port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function readOurs(tarballs: string): Promise<readonly Release[]> {
  return Promise.all(
    (await readdir(tarballs)).map(async (file) => {
      const tarball = await readFile(join(tarballs, file));
      const manifest: unknown = JSON.parse(await readPacked(tarball, 'package/package.json'));
      return { manifest: Manifest.parse(manifest), tarball: async () => tarball };
    }),
  );
}

interface Sources {
  readonly ours: readonly Release[];
  /** As pnpm names them: `@scope+name@1.2.3_peers`. */
  readonly folders: readonly string[];
}

async function findReleases(name: string, { ours, folders }: Sources): Promise<readonly Release[]> {
  const own = ours.filter(({ manifest }) => manifest.name === name);
  if (own.length > 0) return own;
  const prefix = `${name.replace('/', '+')}@`;
  // With other peers it is another folder of the same version.
  const found = new Map<string, Release>();
  for (const one of folders.filter((folder) => folder.startsWith(prefix))) {
    const folder = join(installed, one, 'node_modules', name);
    const text = await readFile(join(folder, 'package.json'), 'utf8');
    const manifest = Manifest.parse(JSON.parse(text));
    found.set(manifest.version, { manifest, tarball: () => packFolder(folder) });
  }
  return [...found.values()].toSorted((left, right) =>
    left.manifest.version.localeCompare(right.manifest.version, 'en', { numeric: true }),
  );
}

function describePackage(name: string, releases: readonly Release[], url: string): string {
  const versions = releases.map(({ manifest }) => {
    const tarball = `${url}/${name}/-/${manifest.version}`;
    return [manifest.version, { ...manifest, dist: { tarball } }] as const;
  });
  const latest = versions.at(-1)?.[0];
  return JSON.stringify({
    name,
    'dist-tags': { latest },
    versions: Object.fromEntries(versions),
  });
}
