import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { FilmTaker, MediaFacts, TakenFilm } from '@cuttle/core-types/ports';
import { hasProgram } from '@cuttle/tooling/has-program';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectMedia } from '../sniff/inspect-media.ts';
import { createFilmTaker, type FilmTakerOptions } from './film-taker.ts';
import { toTimes } from './probe-film.ts';

const never = new AbortController().signal;
const clock = {
  monotonic: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal }),
};

let root = '';
const missing: CuttleError[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cuttle-films-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function taker(options: Partial<FilmTakerOptions> = {}): FilmTaker {
  return createFilmTaker(
    { clock, folder: join(root, 'films'), onMissing: (error) => missing.push(error) },
    () => ({
      ffmpeg: 'ffmpeg',
      path: process.env['PATH'],
      frames: 4,
      maxBytes: 5_000_000,
      ...options,
    }),
  );
}

const take = (
  bytes: Uint8Array,
  facts: MediaFacts = inspectMedia(bytes, { mimeType: 'video/mp4' }),
  options: Partial<FilmTakerOptions> = {},
): Promise<TakenFilm> => taker(options).takeFrames({ bytes, facts }, never);

async function faultOf(taking: Promise<unknown>): Promise<string> {
  const error: unknown = await taking.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isCuttleError(error) ? `${error.code}: ${error.message}` : String(error);
}

const left = (): Promise<readonly string[]> => readdir(join(root, 'films'));

it('spreads pictures over a film, and looks ever further into one that does not say how long it is', () => {
  expect(toTimes(8000, 4)).toEqual([1000, 3000, 5000, 7000]);
  expect(toTimes(700, 6)).toEqual([175, 525]);
  expect(toTimes(1, 6)).toEqual([0]);
  expect(toTimes(undefined, 5)).toEqual([0, 1000, 2000, 4000, 8000]);
});

it('says once that there is no ffmpeg, and takes apart nothing that is too large or of another kind', async () => {
  const none = taker({ ffmpeg: join(root, 'ffmpeg') });
  const facts = { kind: 'video', mimeType: 'video/mp4', bytes: 3 } as const;
  const film = { bytes: new Uint8Array(3), facts };
  for (let times = 0; times < 2; times += 1)
    expect(await faultOf(none.takeFrames(film, never))).toContain('media.no-decoder');
  expect(missing).toHaveLength(1);
  expect(await faultOf(take(film.bytes, facts, { maxBytes: 2 }))).toContain('media.too-large');
  const zip = { ...facts, mimeType: 'application/zip' };
  expect(await faultOf(take(film.bytes, zip))).toContain('media.unreadable');
  expect(await left()).toEqual([]);
});

// Skipped where it is not installed: `apt install ffmpeg`; CI does (.ci/run).
describe.runIf(hasProgram('ffprobe'))(
  'createFilmTaker, with the ffmpeg of this machine (skipped where it is not installed)',
  () => {
    /** A film of a test picture, made here. */
    async function make(name: string, ...args: readonly string[]): Promise<Uint8Array> {
      const file = join(root, name);
      const common = ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i'];
      await promisify(execFile)('ffmpeg', [...common, ...args, file]);
      return readFile(file);
    }
    const picture = (seconds: number, size = '160x120'): string =>
      `testsrc=d=${seconds}:s=${size}:r=5`;
    const mpeg4 = ['-c:v', 'mpeg4'];

    it('takes pictures of a film and its sound, and leaves nothing behind', async () => {
      const sine = ['-f', 'lavfi', '-i', 'sine=d=4', '-c:a', 'aac'];
      const film = await make('a.mp4', picture(4), ...sine, ...mpeg4);
      const { durationMs, hasSound, frames } = await take(film);
      expect([hasSound, Math.round((durationMs ?? 0) / 100)]).toEqual([true, 40]);
      const times = frames.map(({ atMs }) => Math.round(atMs / 100));
      expect(times).toEqual([5, 15, 25, 35]);
      for (const { data, ...size } of frames) {
        const facts = inspectMedia(Buffer.from(data, 'base64'), { mimeType: 'x/y' });
        expect(facts).toMatchObject({ mimeType: 'image/jpeg', width: 160, height: 120 });
        expect(size).toMatchObject({ width: 160, height: 120 });
      }
      expect(new Set(frames.map(({ data }) => data)).size).toBe(4);
      const facts = inspectMedia(film, { mimeType: 'video/mp4' });
      const sound = await taker().takeSound({ bytes: film, facts }, never);
      expect(inspectMedia(sound, { mimeType: 'audio/mp4' }).kind).toBe('audio');
      expect(sound.length).toBeGreaterThan(1000);
      expect(await left()).toEqual([]);
    });

    it('takes films of other kinds, in which the length is not said, and scales large ones down', async () => {
      const streamed = await make('a.mkv', picture(3), ...mpeg4, '-live', '1', '-f', 'matroska');
      const { durationMs, frames, hasSound } = await take(streamed);
      expect([durationMs, hasSound]).toEqual([undefined, false]);
      expect(frames.map(({ atMs }) => atMs)).toEqual([0, 1000, 2000]);
      const large = await make('b.avi', picture(0.4, '1600x1200'), '-c:v', 'mjpeg');
      expect((await take(large)).frames).toMatchObject([{ width: 768, height: 576 }]);
    });

    it('opens nothing that a file names: no playlist, no list of files, no address', async () => {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo; // listening on a port
      const other = join(root, 'other.mp4');
      await make('other.mp4', picture(1), ...mpeg4);
      const lists = [
        `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:${port}/a.ts\n#EXT-X-ENDLIST\n`,
        `#EXTM3U\n#EXTINF:1,\nfile://${other}\n#EXT-X-ENDLIST\n`,
        `ffconcat version 1.0\nfile '${other}'\n`,
        `<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:${port}/</BaseURL></MPD>`,
      ];
      const types = ['video/mp4', 'video/webm', 'video/x-msvideo', 'video/x-flv', 'video/mpeg'];
      for (const [index, list] of lists.entries()) {
        const mimeType = types[index] ?? 'video/mp4';
        const bytes = Buffer.from(list);
        const fault = await faultOf(take(bytes, { kind: 'video', mimeType, bytes: bytes.length }));
        expect(fault).toContain('media.unreadable');
        expect(fault).not.toContain(root);
      }
      server.close();
      expect(asked).toEqual([]);
    });

    it('is bounded by hostile files, and says so', async () => {
      const huge = await make('huge.avi', 'color=s=8000x6000:d=0.2:r=5', '-c:v', 'mjpeg');
      expect(await faultOf(take(huge))).toMatch(/media\.too-large: .* 8000×6000 pixels/);
      const film = await make('c.mp4', picture(2), ...mpeg4, '-movflags', '+faststart');
      expect(await faultOf(take(film.subarray(0, 300)))).toContain('media.unreadable');
      // The beginning of a film that is cut is a film.
      const cut = await take(film.subarray(0, Math.floor(film.length * 0.7)));
      expect(cut.frames.length).toBeGreaterThan(0);
      // It says that it lasts for years: "mvhd" holds its length behind version, two times and the scale.
      const endless = Buffer.from(film);
      for (const box of ['mvhd', 'mdhd'])
        endless.writeUInt32BE(0xfffffff0, endless.indexOf(box) + 20);
      const { durationMs, frames } = await take(endless);
      expect(frames.length).toBeGreaterThan(0);
      expect(durationMs ?? 0).toBeLessThanOrEqual(24 * 3_600_000);
      expect(await left()).toEqual([]);
    });

    it('stands every cut of a film, and stops when it is told to', async () => {
      const film = await make('d.mp4', picture(1, '32x32'), ...mpeg4);
      for (const share of [0.1, 0.5, 0.9]) {
        const bytes = film.subarray(0, Math.floor(film.length * share));
        const facts = { kind: 'video', mimeType: 'video/mp4', bytes: bytes.length } as const;
        expect(await faultOf(take(bytes, facts))).toMatch(/^media\.unreadable|^undefined$/);
      }
      const facts = inspectMedia(film, { mimeType: 'video/mp4' });
      const stopped = AbortSignal.abort(new Error('enough'));
      const taking = taker().takeFrames({ bytes: film, facts }, stopped);
      expect(await faultOf(taking)).toBe('Error: enough');
      expect(await left()).toEqual([]);
    });
  },
);
