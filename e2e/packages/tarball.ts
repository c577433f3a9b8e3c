import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

// What npm reads: https://www.gnu.org/software/tar/manual/html_node/Standard.html ("ustar").
const block = 512;

// Read by compilers, debuggers and people alone, and more than half of the files of an SDK.
const unread = /\.(?:[mc]?ts|map|md)$/;

/** A folder as the registry would give it to a program: its files under `package/`, without what was installed into it. */
export async function packFolder(folder: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).split(sep);
    if (!entry.isFile() || path.includes('node_modules') || unread.test(entry.name)) continue;
    const [content, { mode }] = await Promise.all([readFile(file), stat(file)]);
    const runs = (mode & 0o100) !== 0;
    chunks.push(headerOf(['package', ...path].join('/'), content.length, runs ? 0o755 : 0o644));
    chunks.push(content, Buffer.alloc(-content.length & (block - 1)));
  }
  chunks.push(Buffer.alloc(2 * block));
  return promisify(gzip)(Buffer.concat(chunks), { level: 1 });
}

function headerOf(path: string, size: number, mode: number): Buffer {
  const [prefix, name] = splitPath(path);
  const header = Buffer.alloc(block);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  header.write(name, 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148); // the sum counts its own field as spaces
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(prefix, 345);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\u0000 `,
    148,
  );
  return header;
}

/** A name has 100 bytes; what is longer leaves its first folders to a prefix of 155. */
function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new RangeError(`No room in a tarball for the name ${path}`);
}

/** The text of one file of a tarball. */
export async function readPacked(tarball: Buffer, path: string): Promise<string> {
  const bytes = await promisify(gunzip)(tarball);
  const field = (at: number, length: number): string =>
    bytes.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    if (field(at, 100) === path) return bytes.toString('utf8', at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
  }
  throw new Error(`A tarball without ${path}`);
}
