import { parseJson } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** What a film says of itself. */
export interface FilmShape {
  /** Undefined: it does not say, or says what cannot be. */
  readonly durationMs: number | undefined;
  readonly hasPictures: boolean;
  readonly hasSound: boolean;
}

/** More than 8K; beyond it nobody decodes a picture here. */
export const mostPixels = 40_000_000;
/** A film that claims to be longer is not believed. */
const longestMs = 24 * 3_600_000;

export const probeArgs: readonly string[] = [
  '-show_entries',
  'format=duration:stream=codec_type,width,height:stream_disposition=attached_pic',
  '-of',
  'json',
];

const Probed = z.looseObject({
  format: z.looseObject({ duration: z.coerce.number().optional().catch(undefined) }).nullish(),
  streams: z
    .array(
      z.looseObject({
        codec_type: z.string().nullish(),
        width: z.number().nullish(),
        height: z.number().nullish(),
        disposition: z.looseObject({ attached_pic: z.number().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

/** Of what ffprobe prints. Throws `media.unreadable` and `media.too-large`. https://ffmpeg.org/ffprobe.html#json */
export function parseShape(text: string): FilmShape {
  const { streams, format } = parseProbed(text);
  // A cover is no film.
  const pictures = (streams ?? []).filter(
    ({ codec_type: type, disposition }) => type === 'video' && disposition?.attached_pic !== 1,
  );
  for (const { width, height } of pictures) requireSize(width ?? 0, height ?? 0);
  const durationMs = Math.round((format?.duration ?? 0) * 1000);
  const isTold = durationMs > 0 && durationMs <= longestMs;
  return {
    durationMs: isTold ? durationMs : undefined,
    hasPictures: pictures.length > 0,
    hasSound: (streams ?? []).some(({ codec_type: type }) => type === 'audio'),
  };
}

function parseProbed(text: string): z.infer<typeof Probed> {
  try {
    return parseJson(Probed, text);
  } catch (cause) {
    throw new CuttleError('media.unreadable', 'The film does not say what is in it.', { cause });
  }
}

function requireSize(width: number, height: number): void {
  if (width * height > mostPixels)
    throw new CuttleError(
      'media.too-large',
      `The film has pictures of ${width}×${height} pixels; at most ${mostPixels} are decoded.`,
    );
}

/** When pictures are taken: in the middle of equal pieces; of a film that does not say how long it is, ever further apart. */
export function toTimes(durationMs: number | undefined, count: number): readonly number[] {
  if (durationMs === undefined)
    return Array.from({ length: count }, (_, index) => (index === 0 ? 0 : 1000 * 2 ** (index - 1)));
  // Two pictures a second show all of a moment.
  const most = Math.max(1, Math.min(count, Math.ceil(durationMs / 500)));
  return Array.from({ length: most }, (_, index) =>
    Math.floor((durationMs * (index + 0.5)) / most),
  );
}
