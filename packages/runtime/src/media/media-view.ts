import type {
  ImagePart,
  Message,
  TextPart,
  ToolResultPart,
  UserMessage,
  UserPart,
} from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { MediaFacts, MediaReading, MediaText } from '@cuttle/core-types/ports';
import type { TextCode } from '@cuttle/core-types/texts';
import { createCarrier, inputsOf, type Taken } from './carried-media.ts';
import { createMediaFetch } from './fetch-media.ts';
import { planFilm } from './film-view.ts';
import { isMedia, markOf, type MediaPart, missingMark } from './media-marks.ts';
import { findWords, type Loaded, putIntoWords, type Worded } from './put-into-words.ts';
import { readBlob } from './read-blob.ts';
import { mostMade, once, type View } from './view.ts';

/** Messages as a model is asked with them: no part that it does not take. The stored transcript stays what it is. */
export type MediaView = (
  messages: readonly Message[],
  signal: AbortSignal,
) => Promise<readonly Message[]>;

/** Blobs of one reading of rows. */
const mostAsked = 100;

/** Media that are put into words at once. */
const mostAtOnce = 4;

/** For the calls of one run. */
export function createMediaView(
  kernel: View['kernel'] & Parameters<typeof createMediaFetch>[0],
  reading: MediaReading,
  { payer, model }: Pick<View, 'payer' | 'model'>,
): MediaView {
  const view: View = { kernel, reading, payer, model, made: new Map(), films: new Map() };
  const fetchMedia = createMediaFetch(kernel, reading);
  return async (said, signal) => {
    const messages = await fetchMedia(said, signal);
    const media = mediaOf(messages);
    return media.length === 0 ? messages : show(view, { messages, media }, signal);
  };
}

/** The newest first: where there is no room for all, it is theirs. */
function mediaOf(messages: readonly Message[]): MediaPart[] {
  return messages
    .flatMap((message) => {
      if (message.role === 'user') return message.parts.filter(isMedia);
      return message.role === 'tool' ? message.parts.flatMap(imagesOf) : [];
    })
    .toReversed();
}

function imagesOf({ content }: ToolResultPart): readonly ImagePart[] {
  return content.filter((part) => part.type === 'image');
}

/** Whether a tool gave a picture that is still in the blob store. */
export function hasHeldImages(messages: readonly Message[]): boolean {
  return messages.some(
    (message) =>
      message.role === 'tool' &&
      message.parts.some((part) => imagesOf(part).some(({ source }) => source.kind === 'blob')),
  );
}

async function show(
  view: View,
  {
    messages,
    media,
  }: { readonly messages: readonly Message[]; readonly media: readonly MediaPart[] },
  signal: AbortSignal,
): Promise<readonly Message[]> {
  const rows = await readRows(view, media);
  const carry = createCarrier(view.model);
  const shown = new Map<MediaPart, readonly UserPart[]>();
  const unworded: { readonly part: MediaPart; write(): Promise<readonly UserPart[]> }[] = [];
  // One after the other: which ones there is room for must not depend on what is read fastest.
  for (const part of media) {
    const planned = await plan(view, { part, rows, carry }, signal);
    if (typeof planned === 'function') unworded.push({ part, write: planned });
    else shown.set(part, planned);
  }
  for (let at = 0; at < unworded.length; at += mostAtOnce) {
    const batch = unworded.slice(at, at + mostAtOnce);
    const written = await Promise.all(batch.map(({ write }) => write()));
    for (const [index, { part }] of batch.entries()) shown.set(part, written[index] ?? [part]);
  }
  const inWords = (message: UserMessage): Message => ({
    ...message,
    parts: message.parts.flatMap((part) => (isMedia(part) ? (shown.get(part) ?? [part]) : [part])),
  });
  const ofTool = (part: ToolResultPart): ToolResultPart => ({
    ...part,
    content: part.content.map((one) =>
      one.type === 'image' ? toContent(shown.get(one)?.[0], one) : one,
    ),
  });
  return messages.map((message) => {
    if (message.role === 'user') return inWords(message);
    return message.role === 'tool' ? { ...message, parts: message.parts.map(ofTool) } : message;
  });
}

/** What is no picture after all stays unseen in the result of a tool, which holds no other media. */
function toContent(shown: UserPart | undefined, image: ImagePart): TextPart | ImagePart {
  if (!shown) return image;
  if (shown.type === 'text' || shown.type === 'image') return shown;
  return { type: 'text', text: missingMark(image, undefined, { code: 'media.no-reading' }) };
}

type Rows = ReadonlyMap<string, readonly MediaText[]>;

async function readRows({ kernel }: View, media: readonly MediaPart[]): Promise<Rows> {
  const hashes = [...new Set(media.flatMap(({ source }) => hashOf(source) ?? []))];
  const found: MediaText[] = [];
  for (let at = 0; at < hashes.length; at += mostAsked) {
    const sha256s = hashes.slice(at, at + mostAsked);
    found.push(...(await kernel.store.reader.findMediaTexts({ sha256s })));
  }
  return Map.groupBy(found, ({ sha256 }) => sha256);
}

function hashOf(source: MediaPart['source']): string | undefined {
  return source.kind === 'blob' ? source.sha256 : undefined;
}

interface Asked {
  readonly part: MediaPart;
  readonly rows: Rows;
  readonly carry: ReturnType<typeof createCarrier>;
}

/** What stands for a part, or how it is made. */
type Planned = readonly UserPart[] | (() => Promise<readonly UserPart[]>);

async function plan(view: View, asked: Asked, signal: AbortSignal): Promise<Planned> {
  const { part } = asked;
  const { source } = part;
  switch (source.kind) {
    case 'blob':
      return planBlob(view, { ...asked, sha256: source.sha256 }, signal);
    case 'url': {
      const reason = { code: 'media.link', parameters: { url: source.url } } as const;
      const isTaken = inputsOf(view.model).includes(part.type);
      return [isTaken ? part : toText(missingMark(part, undefined, reason))];
    }
    case 'base64':
      return [part];
    case 'channel': {
      const { bytes, failure = 'media.gone' } = source;
      const facts = bytes === undefined ? undefined : { kind: part.type, bytes };
      const reason = { code: 'media.unfetched', parameters: { code: failure } } as const;
      return [toText(missingMark(part, facts, reason))];
    }
  }
}

async function planBlob(
  view: View,
  { part, rows, carry, sha256 }: Asked & { readonly sha256: string },
  signal: AbortSignal,
): Promise<Planned> {
  const { kernel, reading } = view;
  const known = rows.get(sha256) ?? [];
  const told = await wordsAlone(view, part, known);
  if (told) return [told];
  const film = { part, sha256, known, carry };
  const read = (): Promise<Uint8Array | undefined> => readBlob(kernel, sha256, signal);
  // What is kept of a film is enough; its bytes are many.
  if (part.mimeType.startsWith('video/') && !inputsOf(view.model).includes('video'))
    return planFilm(view, { ...film, load: () => loadFilm(reading, part, read) }, signal);
  const bytes = await read();
  if (!bytes) return [toText(missingMark(part, undefined, { code: 'media.gone' }))];
  const facts = reading.inspect(bytes, part);
  const taken = carry(facts);
  const load = async (): Promise<Loaded> => ({ bytes, facts });
  if (taken.kind === 'taken' && facts.kind !== 'other') {
    const { mimeType } = facts;
    return [{ ...nameOf(part), type: facts.kind, mimeType, source: inBase64(bytes) }];
  }
  if (facts.kind === 'video') return planFilm(view, { ...film, load }, signal);
  return planWords(view, { part, known, sha256, facts, taken, load }, signal);
}

async function loadFilm(
  reading: MediaReading,
  part: MediaPart,
  read: () => Promise<Uint8Array | undefined>,
): Promise<Loaded> {
  const bytes = await read();
  if (!bytes) throw new CuttleError('media.gone', 'The bytes of the film are not stored any more.');
  return { bytes, facts: reading.inspect(bytes, part) };
}

interface AskedWords {
  readonly part: MediaPart;
  readonly known: readonly MediaText[];
  readonly sha256: string;
  readonly facts: MediaFacts;
  readonly taken: Taken;
  load(): Promise<Loaded>;
}

async function planWords(
  view: View,
  { part, known, sha256, facts, taken, load }: AskedWords,
  signal: AbortSignal,
): Promise<Planned> {
  const { reading } = view;
  const { kind, mimeType } = facts;
  const say = (worded: Worded): UserPart =>
    worded.kind === 'words'
      ? toText(markOf(part, worded.row, reading.maxTextChars()))
      : toText(missingMark(part, facts, reasonOf(worded, taken)));
  if (kind === 'other')
    return [say({ kind: 'none', code: 'media.not-taken', parameters: { type: mimeType } })];
  const found = await findWords(reading, kind, known);
  if (found) return [say(found)];
  if (!view.made.has(sha256) && view.made.size >= mostMade)
    return [say({ kind: 'none', code: 'media.older' })];
  const medium = { sha256, kind, name: part.name, load };
  const made = (): Promise<Worded> => putIntoWords(view, medium, signal);
  return async () => [say(await once(view.made, sha256, made))];
}

/** A model that takes none of the kind needs no bytes where there are words. */
async function wordsAlone(
  { reading, model }: View,
  part: MediaPart,
  known: readonly MediaText[],
): Promise<UserPart | undefined> {
  const kind = known[0]?.kind;
  // Of a film there may be words about the half of it.
  if (part.mimeType.startsWith('video/') || kind === 'video') return undefined;
  if (kind === undefined || inputsOf(model).includes(kind)) return undefined;
  const found = await findWords(reading, kind, known);
  return found?.kind === 'words'
    ? toText(markOf(part, found.row, reading.maxTextChars()))
    : undefined;
}

/** That no model describes it is not the reason where this one would see a smaller one. */
function reasonOf(
  worded: Extract<Worded, { kind: 'none' }>,
  taken: Taken,
): { readonly code: TextCode; readonly parameters?: Readonly<Record<string, string>> } {
  const isUnset = worded.code === 'media.no-sight' || worded.code === 'media.no-hearing';
  if (taken.kind !== 'too-large' || !isUnset) return worded;
  return { code: 'media.too-large-for-model', parameters: { limit: taken.limit } };
}

/** The field that a part of any kind has. */
function nameOf({ name }: MediaPart): { readonly name?: string } {
  return name === undefined ? {} : { name };
}

function inBase64(bytes: Uint8Array): { readonly kind: 'base64'; readonly data: string } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { kind: 'base64', data: buffer.toString('base64') };
}

function toText(text: string): UserPart {
  return { type: 'text', text };
}
