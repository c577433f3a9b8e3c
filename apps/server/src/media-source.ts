import type { CuttleError } from '@cuttle/core-types/errors';
import type {
  Clock,
  FilmTaker,
  MediaKind,
  MediaReading,
  MediaScribe,
  ModelRequest,
} from '@cuttle/core-types/ports';
import {
  createAudioScribe,
  createDocumentScribe,
  createFilmScribe,
  createImageScribe,
  type ImageScribeDeps,
  inspectMedia,
} from '@cuttle/media';
import type { ConvertPage } from '@cuttle/tools';
import { openCall } from './call-budget.ts';
import { ownKinds } from './choose-embedding.ts';
import { findHearing } from './choose-transcription.ts';
import type { MediaSettings } from './media-settings.ts';
import type { Home } from './home.ts';
import type { ServerLog } from './log.ts';
import type { Models } from './model-source.ts';

type CallDeps = Parameters<typeof openCall>[0];
interface MediaSourceDeps extends CallDeps {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  readonly models: () => Models;
  readonly media: () => MediaSettings;
  readonly pages: { readonly convert: ConvertPage };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: Pick<Home, 'films'>;
  readonly log: Pick<ServerLog, 'warn'>;
  /** The file of the thread that reads documents, where a bundle has it. */
  readonly worker: URL | undefined;
}

/** What puts media into words, by the configuration and the models in force. */
export function createMediaSource(deps: MediaSourceDeps): MediaReading {
  const documents = createDocumentScribe(
    {
      clock: deps.clock,
      maxBytes: () => deps.media().maxBytes.document,
      readPage: async (html, signal) =>
        (await deps.pages.convert({ html, url: 'about:blank' }, signal)).markdown,
    },
    { worker: deps.worker },
  );
  const films = createFilms(deps);
  const sight = createSight(deps);
  const hearing = createHearing(deps);
  return {
    inspect: inspectMedia,
    findFilmTaker: async () => (deps.media().video.frames > 0 ? films() : undefined),
    maxFetchedBytes: () => Math.max(...Object.values(deps.media().maxBytes)),
    maxTextChars: () => deps.media().maxTextChars,
    async findScribe(kind: MediaKind): Promise<MediaScribe | undefined> {
      switch (kind) {
        case 'document':
          return documents;
        case 'image':
          return sight('image');
        case 'audio':
          return hearing();
        case 'video':
          return sight('video');
      }
    },
  };
}

/** Loaded with the first film. */
function createFilms({ clock, env, home, log, media }: MediaSourceDeps): () => Promise<FilmTaker> {
  const onMissing = (error: CuttleError): void =>
    log.warn(
      'Films are not looked at: ffmpeg and ffprobe are not installed. Install ffmpeg, or say where it is with media.video.ffmpeg.',
      { error },
    );
  const make = async (): Promise<FilmTaker> => {
    const { createFilmTaker } = await import('@cuttle/media/films');
    return createFilmTaker({ clock, folder: home.films, onMissing }, () => {
      const { video, maxBytes } = media();
      return { ...video, path: env['PATH'], maxBytes: maxBytes.video };
    });
  };
  let made: Promise<FilmTaker> | undefined;
  return () => (made ??= make());
}

/** Whoever describes images and films; looked for anew when the models or the wish change. */
function createSight(
  deps: MediaSourceDeps,
): (kind: 'image' | 'video') => Promise<MediaScribe | undefined> {
  let known: { readonly models: Models; readonly ref: string | undefined } | undefined;
  return async (kind) => {
    const models = deps.models();
    const { describe } = deps.media();
    if (describe === false) return undefined;
    if (describe === undefined && known?.models !== models)
      known = { models, ref: await findSeeing(models) };
    const ref = describe ?? known?.ref;
    if (ref === undefined) return undefined;
    const { provider, model } = models.resolve(ref);
    const open: ImageScribeDeps['open'] = (request, payer) =>
      openCall(deps, { ref, most: mostUsage(request, kind) }, payer);
    if (kind === 'video') return createFilmScribe({ provider, model, open });
    return createImageScribe({
      provider,
      model,
      maxBytes: () => deps.media().maxBytes.image,
      open,
    });
  };
}

/** Whoever transcribes recordings; looked for anew when the models or the wish change. */
function createHearing(deps: MediaSourceDeps): () => MediaScribe | undefined {
  return () => {
    const models = deps.models();
    const { transcribe } = deps.media();
    if (transcribe === false) return undefined;
    const ref = transcribe ?? findHearing(models.entries, models.fallback());
    if (ref === undefined) return undefined;
    const { transcriber, model } = models.resolveTranscriber(ref);
    return createAudioScribe({
      transcriber,
      model,
      maxBytes: () => deps.media().maxBytes.audio,
      open: (most, payer) => openCall(deps, { ref, most }, payer),
    });
  };
}

/** Of the default model's provider first. Who answers with a server of their own has not chosen to show pictures elsewhere. */
async function findSeeing(models: Models): Promise<string | undefined> {
  const { ref } = models.fallback();
  const first = models.entries.find(({ id }) => ref.startsWith(`${id}/`));
  const others =
    first && ownKinds.has(first.kind)
      ? models.entries.filter(({ kind }) => ownKinds.has(kind))
      : models.entries;
  const refs = [...(first ? [first] : []), ...others].flatMap((entry) =>
    entry.models.map((model) => `${entry.id}/${model}`),
  );
  for (const one of new Set([ref, ...refs])) {
    const facts = await models.findFacts(one);
    if (facts?.inputs?.includes('image')) return one;
  }
  return undefined;
}

/** A picture in full size, one of a film, which is scaled down, and the words around them. */
const tokensOfPicture = { image: 8_000, video: 2_000 } as const;
const tokensAround = 500;

function mostUsage(
  { messages, parameters }: ModelRequest,
  kind: 'image' | 'video',
): { readonly inputTokens: number; readonly outputTokens: number } {
  const { maxOutputTokens: outputTokens = 0 } = parameters ?? {};
  const pictures = messages.flatMap((message) =>
    message.role === 'user' ? message.parts.filter(({ type }) => type === 'image') : [],
  );
  const inputTokens = tokensOfPicture[kind] * pictures.length + tokensAround;
  return { inputTokens, outputTokens };
}
