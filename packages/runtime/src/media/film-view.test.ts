import type { UserPart } from '@cuttle/core-types';
import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';
import type {
  FilmRow,
  FilmTaker,
  Journal,
  Log,
  MediaReading,
  MediaScribe,
  MediaText,
  Reader,
  Store,
  TakenFilm,
} from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../kernel.ts';
import { standIn } from '../testing/stand-in.ts';
import { createCarrier } from './carried-media.ts';
import { planFilm } from './film-view.ts';
import type { View } from './view.ts';

const never = new AbortController().signal;
const part: UserPart = {
  type: 'document',
  mimeType: 'video/mp4',
  name: 'a.mp4',
  source: { kind: 'blob', sha256: 'f' },
};
const frame = { width: 8, height: 8, data: 'AAEC' };
const film: TakenFilm = {
  durationMs: 9000,
  hasSound: true,
  frames: [
    { ...frame, atMs: 1000 },
    { ...frame, atMs: 7000 },
  ],
};

/** The store's rows and who is asked, over a home that stays while runs come and go. */
function openHome(take: () => Promise<TakenFilm>, scribes: Partial<Record<string, string>> = {}) {
  const rows = { films: [] as FilmRow[], texts: [] as MediaText[] };
  const asked = { takes: 0, scribes: [] as string[] };
  const taker: FilmTaker = {
    by: 'taker',
    takeFrames: async () => {
      asked.takes += 1;
      return take();
    },
    takeSound: async () => new Uint8Array(3),
  };
  const scribeOf = (kind: string, text: string): MediaScribe => ({
    by: kind,
    write: async ({ facts, frames }) => {
      asked.scribes.push(`${kind} ${facts.mimeType} ${frames?.length ?? 0}`);
      return { text, detail: {} };
    },
  });
  const reading = standIn<MediaReading>({
    findFilmTaker: async () => taker,
    findScribe: async (kind) => {
      const text = scribes[kind];
      return text === undefined ? undefined : scribeOf(kind, text);
    },
    maxTextChars: () => 1000,
  });
  const store = standIn<Store>({
    reader: standIn<Reader>({ findFilm: async () => rows.films[0] }),
    journal: standIn<Journal>({
      putFilm: async (row: FilmRow) => {
        rows.films.push(row);
        return row;
      },
      putMediaText: async (row: MediaText) => {
        rows.texts.push(row);
        return row;
      },
    }),
  });
  const kernel = standIn<Kernel>({
    store,
    log: standIn<Log>({ warn: () => undefined }),
    point: () => undefined,
  });
  const run = async (
    inputs: readonly ('text' | 'image')[],
    dialect = 'anthropic',
    before = 0,
  ): Promise<readonly UserPart[]> => {
    const model = { dialect, inputs };
    const payer = { agentId: 'main', personId: 'person' };
    const view: View = { kernel, reading, payer, model, made: new Map(), films: new Map() };
    const carry = createCarrier(model);
    for (let count = 0; count < before; count += 1)
      carry({ kind: 'image', mimeType: 'image/png', bytes: 1 });
    const facts = { kind: 'video', mimeType: 'video/mp4', bytes: 5 } as const;
    const load = async () => ({ bytes: new Uint8Array(5), facts });
    if (part.type !== 'document') throw new TypeError('The film lies as a document.');
    const asking = { part, sha256: 'f', known: rows.texts, carry, load };
    const planned = await planFilm(view, asking, never);
    return typeof planned === 'function' ? planned() : planned;
  };
  return { run, rows, asked };
}

const wordsOf = (parts: readonly UserPart[]): readonly string[] =>
  parts.map((one) => (one.type === 'text' ? one.text : one.type));

describe('a film for a model that takes none', () => {
  it('is shown in its pictures, as many as there is room for, and heard once', async () => {
    const { run, asked } = openHome(async () => film, { audio: 'Hi.' });
    const all = [
      '[video a.mp4, 0:09: 2 of its pictures follow, each behind its time; what is said in it: "Hi."]',
      '[video a.mp4 at 0:01:]',
      'image',
      '[video a.mp4 at 0:07:]',
      'image',
    ];
    expect(wordsOf(await run(['text', 'image']))).toEqual(all);
    expect(wordsOf(await run(['text', 'image']))).toEqual(all);
    expect(asked).toEqual({ takes: 1, scribes: ['audio audio/mp4 0'] });
    // Twenty go in a request there.
    expect(wordsOf(await run(['text', 'image'], 'anthropic', 19))).toHaveLength(3);
  });

  it('is described from all of its pictures where there is room for none', async () => {
    const { run, asked } = openHome(async () => film, { video: 'A cat.' });
    const [words, ...others] = wordsOf(await run(['text', 'image'], 'anthropic', 20));
    expect(words).toContain('0:09: a description: A cat.; what is said in it is not known here:');
    expect(others).toEqual([]);
    expect(asked.scribes).toEqual(['video video/mp4 2']);
  });

  it('without sound or pictures says so', async () => {
    const silent = openHome(async () => ({ ...film, hasSound: false }), { video: 'A cat.' });
    expect(wordsOf(await silent.run(['text']))[0]).toContain('A cat.; it has no sound]');
    const sound = openHome(async () => ({ hasSound: true, frames: [] }), { audio: '' });
    expect(wordsOf(await sound.run(['text']))).toEqual(['[video a.mp4: nothing is said in it]']);
  });

  it.each<readonly [ErrorCode, string, number]>([
    ['media.unreadable', 'it could not be put into words (media.unreadable)]', 1],
    ['media.no-decoder', 'is not installed on the machine of this gateway; what is said', 2],
  ])(
    'that cannot be taken apart (%s) is asked about again only where that helps',
    async (code, words, takes) => {
      const fail = async (): Promise<TakenFilm> => {
        throw new CuttleError(code, 'No.');
      };
      const { run, asked } = openHome(fail, { audio: 'Hi.' });
      for (let times = 0; times < 2; times += 1)
        expect(wordsOf(await run(['text', 'image']))[0]).toContain(words);
      expect(asked.takes).toBe(takes);
    },
  );
});
