import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { PageFile } from '@cuttle/gateway';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
};

/** The built page's files, read when first asked for and then kept: they are few and small. */
export function createPageFiles(folder: string): (path: string) => Promise<PageFile | undefined> {
  const known = new Map<string, Promise<PageFile | undefined>>();
  return (path) => {
    const contentType = contentTypes[extname(path)];
    const file = normalize(join(folder, path));
    if (contentType === undefined || !file.startsWith(folder + sep))
      return Promise.resolve(undefined);
    const found = known.get(file) ?? readPage(file, contentType);
    // A name that does not exist is not kept: anyone may ask for any.
    void found.then((page) => page && known.set(file, found));
    return found;
  };
}

async function readPage(file: string, contentType: string): Promise<PageFile | undefined> {
  try {
    const bytes = new Uint8Array(await readFile(file));
    return { bytes, contentType, immutable: /-[\w-]{8,}\.\w+$/.test(file) };
  } catch {
    // Nothing there, or no file: the gateway answers 404 for both.
    return undefined;
  }
}
