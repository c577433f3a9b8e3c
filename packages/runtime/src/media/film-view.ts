import type { ImagePart, UserPart } from '@cuttle/core-types';
import { textFor } from '@cuttle/core-types/texts';
import type { FilmFrame, MediaDetail, MediaText } from '@cuttle/core-types/ports';
import type { createCarrier } from './carried-media.ts';
import { cutWords, durationText, inBrackets, type MediaPart, nameOf } from './media-marks.ts';
import {
  findWords,
  type Loaded,
  putIntoWords,
  type Unworded,
  type Worded,
} from './put-into-words.ts';
import { type Film, type FilmTaken, takeFilm } from './take-film.ts';
import { mostMade, once, type View } from './view.ts';

interface AskedFilm extends Film {
  readonly part: MediaPart;
  /** What is said of its bytes already. */
  readonly known: readonly MediaText[];
  readonly carry: ReturnType<typeof createCarrier>;
}

const unknown = { kind: 'video', detail: {} } as const;

/**
 * A film for a model that takes none as such: a few of its pictures where it sees, what they show in words where it does not, and beside either what
 * is said in it. The pictures count as all pictures of the request do.
 */
export async function planFilm(
  view: View,
  film: AskedFilm,
  signal: AbortSignal,
): Promise<readonly UserPart[] | (() => Promise<readonly UserPart[]>)> {
  const { part, sha256 } = film;
  if (!view.films.has(sha256) && view.films.size >= mostMade)
    return [text(inBrackets(nameOf(part, unknown), textFor('media.older')))];
  const taken = await once(view.films, sha256, () => takeFilm(view, film, signal));
  const shown = taken.kind === 'film' ? carriedOf(taken.row.frames, film.carry) : [];
  return async () => {
    const [seen, heard] = await Promise.all([
      shown.length > 0
        ? { words: textFor('media.frames', { count: String(shown.length) }) }
        : see(view, { film, taken }, signal),
      hear(view, { film, taken }, signal),
    ]);
    const durationMs = taken.kind === 'film' ? taken.row.durationMs : heard.durationMs;
    const what = nameOf(part, { kind: 'video', detail: { durationMs } });
    const said = [seen.words, heard.words].filter((words) => words !== '').join('; ');
    const head = text(inBrackets(what, said === '' ? textFor('media.empty') : said));
    return [head, ...shown.flatMap((frame) => toParts(part, frame))];
  };
}

/** Those for which there is room. */
function carriedOf(frames: readonly FilmFrame[], carry: AskedFilm['carry']): readonly FilmFrame[] {
  return frames.filter(({ data, width, height }) => {
    const bytes = Buffer.byteLength(data, 'base64');
    const facts = { kind: 'image', mimeType: 'image/jpeg', bytes, width, height } as const;
    return carry(facts).kind === 'taken';
  });
}

interface AskedHalf {
  readonly film: AskedFilm;
  readonly taken: FilmTaken;
}

/** What is said of one half of a film. */
interface Half {
  readonly words: string;
  readonly durationMs?: MediaDetail['durationMs'];
}

async function see(view: View, { film, taken }: AskedHalf, signal: AbortSignal): Promise<Half> {
  if (taken.kind === 'none') return unseen(taken);
  const { frames } = taken.row;
  if (frames.length === 0) return { words: '' };
  const { sha256, part, known } = film;
  const load = async (): Promise<Loaded> => ({ ...(await film.load()), frames });
  const medium = { sha256, kind: 'video', name: part.name, load } as const;
  const worded = await wordsFor(view, { medium, known }, signal);
  if (worded.kind === 'none') return unseen(worded);
  return { words: textFor('media.seen', { text: short(view, worded.row.text) }) };
}

function unseen(none: Extract<FilmTaken | Worded, { kind: 'none' }>): Half {
  return { words: textFor('media.unseen', { why: textFor(none.code, none.parameters ?? {}) }) };
}

async function hear(view: View, { film, taken }: AskedHalf, signal: AbortSignal): Promise<Half> {
  // What nobody can take apart nobody is paid to listen to.
  if (taken.kind === 'none' && taken.code === 'media.failed') return { words: '' };
  if (taken.kind === 'film' && !taken.row.hasSound) return { words: textFor('media.silent') };
  const { sha256, part, known } = film;
  const load = (soon: AbortSignal): Promise<Loaded> => loadSound({ film, taken }, soon);
  const medium = { sha256, kind: 'audio', name: part.name, load } as const;
  const worded = await wordsFor(view, { medium, known }, signal);
  if (worded.kind === 'none') {
    const why = textFor(worded.code, worded.parameters ?? {});
    return { words: textFor('media.unheard', { why }) };
  }
  const { text: said, detail } = worded.row;
  if (said === '') return { words: textFor('media.speechless'), ...detail };
  return { words: textFor('media.said', { text: short(view, said) }), ...detail };
}

/** The sound alone where the film can be taken apart: a small file of a kind that every service takes. */
async function loadSound({ film, taken }: AskedHalf, signal: AbortSignal): Promise<Loaded> {
  const whole = await film.load();
  if (taken.kind === 'none') return { ...whole, facts: { ...whole.facts, kind: 'audio' } };
  const bytes = await taken.taker.takeSound(whole, signal);
  return { bytes, facts: { kind: 'audio', mimeType: 'audio/mp4', bytes: bytes.length } };
}

/** Words that are there, or new ones; a run makes so many. */
async function wordsFor(
  view: View,
  { medium, known }: { readonly medium: Unworded; readonly known: readonly MediaText[] },
  signal: AbortSignal,
): Promise<Worded> {
  const found = await findWords(view.reading, medium.kind, known);
  if (found) return found;
  const key = `${medium.sha256}/${medium.kind}`;
  if (!view.made.has(key) && view.made.size >= mostMade)
    return { kind: 'none', code: 'media.older' };
  return once(view.made, key, () => putIntoWords(view, medium, signal));
}

function toParts(part: MediaPart, { atMs, data }: FilmFrame): readonly UserPart[] {
  const what = nameOf(part, unknown);
  const image: ImagePart = {
    type: 'image',
    mimeType: 'image/jpeg',
    source: { kind: 'base64', data },
  };
  return [text(textFor('media.frame', { what, time: durationText(atMs) })), image];
}

function short({ reading }: View, words: string): string {
  return cutWords(words, reading.maxTextChars());
}

function text(words: string): UserPart {
  return { type: 'text', text: words };
}
