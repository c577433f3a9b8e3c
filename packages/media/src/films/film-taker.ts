import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Clock, FilmFrame, FilmTaker, MediaFacts, TakenFilm } from '@cuttle/core-types/ports';
import { readImageSize } from '../sniff/image-size.ts';
import { createTurns } from '../turns.ts';
import { type FilmPlace, withFilmFile } from './film-folder.ts';
import { type FilmShape, mostPixels, parseShape, probeArgs, toTimes } from './probe-film.ts';
import { type ProgramLimits, runProgram } from './run-program.ts';

export interface FilmTakerDeps {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  /** A private folder; what a life that was killed left there is its owner's to remove. */
  readonly folder: string;
  /** Told once when there is no ffmpeg. */
  readonly onMissing: (error: CuttleError) => void;
}

export interface FilmTakerOptions {
  /** A name that the path of the environment has, or a path. ffprobe lies beside it. */
  readonly ffmpeg: string;
  /** Where programs are found; nothing else of the environment goes along. */
  readonly path: string | undefined;
  /** Pictures of one film. */
  readonly frames: number;
  readonly maxBytes: number;
  readonly limits?: Partial<ProgramLimits> | undefined;
}

/** One film at a time: a decoder takes a core. */
const mostAtOnce = 1;
const programLimits: ProgramLimits = {
  timeoutMs: 20_000,
  maxOutputBytes: 4_000_000,
  maxMemoryBytes: 700_000_000,
};
/** Of all calls for one film. */
const wholeMs = 30_000;
/** Longer sides are scaled down: enough to read a sign, and few tokens. */
const mostSide = 768;
/** Sound beyond it is left out. */
const mostSoundSeconds = 1800;

/**
 * The one container that the first bytes name. Nothing else is guessed: a playlist, a list of files or a subtitle that looks like a film is never
 * opened as such. https://ffmpeg.org/ffmpeg-formats.html#Demuxers
 */
const containers: Readonly<Record<string, string>> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/3gpp': 'mov',
  'video/webm': 'matroska',
  'video/x-matroska': 'matroska',
  'video/x-msvideo': 'avi',
  'video/x-flv': 'flv',
  'video/x-ms-wmv': 'asf',
  'video/mpeg': 'mpeg',
};

type Film = Parameters<FilmTaker['takeFrames']>[0];

/** A film as its programs are asked about it. */
interface Opened extends FilmPlace {
  run(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): ReturnType<typeof runProgram>;
  /** What opens the film, and nothing beside it. */
  readonly input: readonly string[];
}

/** Takes films apart with the machine's own ffmpeg, as a child with limits. The options are those of the moment. */
export function createFilmTaker(deps: FilmTakerDeps, options: () => FilmTakerOptions): FilmTaker {
  const inTurn = createTurns(mostAtOnce);
  let isTold = false;
  const open = async <Value>(
    film: Film,
    work: (opened: Opened, frames: number) => Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value> => {
    const now = options();
    try {
      return await inTurn(() => openFilm(deps, now, { film, work, signal }), signal);
    } catch (error) {
      if (isCuttleError(error, 'media.no-decoder') && !isTold) {
        isTold = true;
        deps.onMissing(error);
      }
      throw error;
    }
  };
  return {
    get by() {
      // Another way of taking apart gets another number, so that what was taken before stays what it was.
      return `ffmpeg-1/${options().frames}`;
    },
    takeFrames: (film, signal) => open(film, takeFrames, signal),
    takeSound: (film, signal) => open(film, takeSound, signal),
  };
}

async function openFilm<Value>(
  { clock, folder: parent }: FilmTakerDeps,
  { ffmpeg, path, frames, maxBytes, limits }: FilmTakerOptions,
  asked: {
    readonly film: Film;
    readonly work: (opened: Opened, frames: number) => Promise<Value>;
    readonly signal: AbortSignal;
  },
): Promise<Value> {
  const { bytes, facts } = asked.film;
  const container = containerOf(facts, maxBytes);
  const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(wholeMs)]);
  const files = { ffmpeg, ffprobe: besideOf(ffmpeg) };
  try {
    return await withFilmFile({ parent, bytes }, ({ folder, file }) => {
      const common = { env: { PATH: path }, folder, limits: { ...programLimits, ...limits } };
      const opened: Opened = {
        folder,
        file,
        input: [...inputGuards, '-f', container],
        run: (program, args) =>
          runProgram({ file: files[program], args, ...common }, clock, signal),
      };
      return asked.work(opened, frames);
    });
  } catch (error) {
    asked.signal.throwIfAborted();
    if (!signal.aborted) throw error;
    throw new CuttleError('media.unreadable', `The film was not read within ${wholeMs} ms.`);
  }
}

/**
 * Before the file, so that they hold for it: files alone, of no more than these pixels, in no more than this memory at once, and no references
 * from one file to another. https://ffmpeg.org/ffmpeg-protocols.html, https://ffmpeg.org/ffmpeg-codecs.html#Codec-Options
 */
const inputGuards =
  '-v error -max_alloc 300000000 -protocol_whitelist file -probesize 10000000 -analyzeduration 5000000'.split(
    ' ',
  );

function containerOf({ mimeType, bytes }: MediaFacts, maxBytes: number): string {
  const container = containers[mimeType];
  if (container === undefined)
    throw new CuttleError('media.unreadable', `Films of ${mimeType} are not taken apart.`);
  if (bytes > maxBytes)
    throw new CuttleError(
      'media.too-large',
      `The film has ${bytes} bytes; at most ${maxBytes} are taken apart.`,
    );
  return container;
}

function besideOf(ffmpeg: string): string {
  return ffmpeg.replace(/ffmpeg(?=(?:\.exe)?$)/, 'ffprobe');
}

async function takeFrames(opened: Opened, count: number): Promise<TakenFilm> {
  const shape = await probe(opened);
  const frames: FilmFrame[] = [];
  if (shape.hasPictures) {
    for (const atMs of toTimes(shape.durationMs, count)) {
      const frame = await takeFrame(opened, atMs);
      if (frame) frames.push(frame);
      // Behind the end of a film there is nothing.
      else if (frames.length > 0) break;
    }
    // What a film says of its length may be wrong; its beginning is there.
    if (frames.length === 0) frames.push(...(await firstFrame(opened)));
  }
  const { durationMs, hasSound } = shape;
  return { ...(durationMs !== undefined && { durationMs }), hasSound, frames };
}

async function probe({ run, input, file }: Opened): Promise<FilmShape> {
  const { status, output, trouble } = await run('ffprobe', [...input, ...probeArgs, file]);
  if (status !== 0) throw unreadable(trouble);
  const shape = parseShape(output.toString('utf8'));
  if (!shape.hasPictures && !shape.hasSound)
    throw new CuttleError('media.unreadable', 'There are no pictures and no sound in the film.');
  return shape;
}

async function firstFrame(opened: Opened): Promise<readonly FilmFrame[]> {
  const frame = await takeFrame(opened, 0);
  if (!frame) throw new CuttleError('media.unreadable', 'No picture of the film can be decoded.');
  return [frame];
}

/** Undefined where there is none at that time. */
async function takeFrame(
  { run, input, file }: Opened,
  atMs: number,
): Promise<FilmFrame | undefined> {
  const seek = ['-ss', (atMs / 1000).toFixed(3)];
  const { output } = await run('ffmpeg', [...decoding, ...seek, ...input, '-i', file, ...oneFrame]);
  const size = readImageSize(output, 'image/jpeg');
  return size && { atMs, ...size, data: output.toString('base64') };
}

/** In a file, since its container is written from the end. */
async function takeSound({ run, input, file, folder }: Opened): Promise<Uint8Array> {
  const sound = join(folder, 'sound.m4a');
  const { status, trouble } = await run('ffmpeg', [
    ...decoding,
    ...input,
    '-i',
    file,
    ...soundAlone,
    sound,
  ]);
  if (status !== 0) throw unreadable(trouble);
  return readFile(sound);
}

const words = (line: string): readonly string[] => line.split(' ');

const decoding = words(`-nostdin -threads 1 -max_pixels ${mostPixels}`);
const oneFrame: readonly string[] = [
  ...words('-map 0:v:0 -an -sn -dn -frames:v 1 -vf'),
  `scale=w='min(${mostSide},iw)':h='min(${mostSide},ih)':force_original_aspect_ratio=decrease`,
  ...words('-threads 1 -c:v mjpeg -q:v 5 -f image2pipe pipe:1'),
];
const soundAlone = words(
  `-map 0:a:0 -vn -sn -dn -t ${mostSoundSeconds} -ac 1 -ar 16000 -c:a aac -b:a 32k -f ipod`,
);

/** The folder is a name that nobody needs to know. */
function unreadable(trouble: string): CuttleError {
  const said =
    trouble
      .trim()
      .split('\n')
      .at(-1)
      ?.replaceAll(/\S*[/\\]film\b/g, 'film') ?? '';
  return new CuttleError('media.unreadable', `The film cannot be read: ${said.slice(0, 200)}`);
}
