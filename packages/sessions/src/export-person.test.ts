import { CuttleError } from '@cuttle/core-types/errors';
import type { BlobStore, PersonTrace } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { exportPerson } from './export-person.ts';

const trace: PersonTrace = { personIds: ['p'], principals: ['x'], accounts: [], names: ['Anna'] };
const signal = new AbortController().signal;
const known = 'a'.repeat(64);
const gone = 'b'.repeat(64);
const longName = `memory/${'deep/'.repeat(30)}cat.md`;

/** Each file of a tar archive, long names included. */
function readTar(bytes: Uint8Array): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  let name = '';
  for (let at = 0; bytes[at] !== 0;) {
    const field = (from: number, length: number): string =>
      new TextDecoder().decode(bytes.subarray(at + from, at + from + length)).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 11), 8);
    const sum = bytes
      .subarray(at, at + 512)
      .reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    expect(Number.parseInt(field(148, 6), 8)).toBe(sum);
    const text = new TextDecoder().decode(bytes.subarray(at + 512, at + 512 + size));
    if (field(156, 1) === 'x') name = /^\d+ path=(.*)\n$/.exec(text)?.[1] ?? '';
    else {
      files.set(name || field(0, 100), text);
      name = '';
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

const blobs: BlobStore = {
  put: () => expect.fail('nothing is put'),
  free: () => expect.fail('nothing is freed'),
  read: async (sha256) => {
    if (sha256 !== known) throw new CuttleError('request.not-found', 'gone');
    return { bytes: new TextEncoder().encode('a picture'), mimeType: 'image/png' };
  },
};

it('gives rows, files and media with a manifest that counts and hashes them, in pieces', async () => {
  const big = 'x'.repeat(600_000);
  const rows = [1, 2, 3].map((n) => ({
    file: 'sessions/s',
    row: { n, text: big, media: [{ sha256: known }, { sha256: gone }] },
  }));
  const pieces: Uint8Array[] = [];
  const deps = {
    blobs,
    clock: { now: () => 0, monotonic: () => 0, sleep: () => expect.fail('no sleep') },
    reader: {
      listPersonRows: async ({ part, after }: { part: string; after: number }) => {
        const row = part === 'messages' ? rows[after] : undefined;
        return { rows: row ? [row] : [], ...(row && { next: after + 1 }) };
      },
    },
    areas: [
      {
        area: 'memory',
        async *export() {
          yield { file: longName, bytes: new TextEncoder().encode('Luna') };
        },
        purge: () => expect.fail('nothing is purged'),
      },
    ],
  };
  for await (const piece of exportPerson(deps, trace, signal)) {
    expect(piece.length).toBeLessThan(1_300_000);
    pieces.push(piece);
  }
  const files = readTar(Buffer.concat(pieces));
  expect([...files.keys()]).toEqual([
    'sessions/s.jsonl',
    'sessions/s-2.jsonl',
    'sessions/s-3.jsonl',
    longName,
    `media/${known}`,
    'manifest.json',
  ]);
  expect(files.get(longName)).toBe('Luna');
  expect(files.get(`media/${known}`)).toBe('a picture');
  expect(JSON.parse(files.get('sessions/s-2.jsonl') ?? '')).toEqual(rows[1]?.row);
  const manifest: unknown = JSON.parse(files.get('manifest.json') ?? '');
  expect(manifest).toMatchObject({
    kind: 'cuttle.person',
    rows: 3,
    names: ['Anna'],
    missingMedia: [gone],
  });
  expect(manifest).toHaveProperty('files.3', {
    file: longName,
    bytes: 4,
    sha256: await sha256Of('Luna'),
  });
});

async function sha256Of(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}
