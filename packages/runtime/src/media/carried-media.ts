import type { MediaFacts, MediaKind, ModelFacts } from '@cuttle/core-types/ports';

/** What a dialect takes of one kind of media. */
interface Carried {
  readonly types: ReadonlySet<string>;
  /** Of one, before it is encoded. */
  readonly maxBytes: number;
  readonly maxCount: number;
  /** Pixels of a side. */
  readonly maxSide?: number;
}

interface Dialect {
  readonly media: Readonly<Partial<Record<MediaKind, Carried | undefined>>>;
  /** Of all in one request, before they are encoded. */
  readonly maxTotalBytes: number;
}

const commonImages = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const pdf = new Set(['application/pdf']);
const films = new Set([
  'video/mp4',
  'video/webm',
  'video/quicktime',
  'video/mpeg',
  'video/3gpp',
  'video/x-flv',
  'video/x-ms-wmv',
]);
const manyMb = 1_000_000;

/** Bytes that fit into so many of base64. */
const unencoded = (bytes: number): number => Math.floor(bytes / 4) * 3;

// Formats: as the adapters' `encode` has them, with their sources. Limits:
// - Anthropic: 5 MB of base64 an image, "image exceeds 5 MB maximum: 5272940 bytes > 5242880 bytes"; 8000 px a side up to 20 images, 2000 px beyond;
//   32 MB a request. https://platform.claude.com/docs/en/build-with-claude/vision, https://platform.claude.com/docs/en/build-with-claude/pdf-support
// - OpenAI: 50 MB of images and files a request, 500 images. https://platform.openai.com/docs/guides/images-vision, .../guides/pdf-files
// - Gemini: 20 MB a request. https://ai.google.dev/gemini-api/docs/image-understanding
// - Bedrock: 20 images of 3.75 MB and 8000 px, five documents of 4.5 MB. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html
//   One film of 25 MB of base64: .../API_runtime_VideoSource.html, https://docs.aws.amazon.com/nova/latest/userguide/modalities-video.html
// - Films elsewhere: ten a request at Gemini (https://ai.google.dev/gemini-api/docs/video-understanding; within the 20 MB of the request). Servers of open
//   models take them by the memory that they have: https://docs.vllm.ai/en/latest/features/multimodal_inputs.html#video-inputs
// - Ollama states none.
const openai: Dialect = {
  media: {
    image: { types: commonImages, maxBytes: 20 * manyMb, maxCount: 500 },
    audio: {
      types: new Set(['audio/mpeg', 'audio/wav']),
      maxBytes: 20 * manyMb,
      maxCount: 50,
    },
    document: { types: pdf, maxBytes: 32 * manyMb, maxCount: 50 },
    video: { types: films, maxBytes: 32 * manyMb, maxCount: 4 },
  },
  maxTotalBytes: unencoded(48 * manyMb),
};
const dialects: Readonly<Record<string, Dialect>> = {
  openai,
  'openai-responses': {
    ...openai,
    media: { image: openai.media.image, document: openai.media.document },
  },
  anthropic: {
    media: {
      image: { types: commonImages, maxBytes: unencoded(5_242_880), maxCount: 20, maxSide: 8000 },
      document: { types: pdf, maxBytes: unencoded(30 * manyMb), maxCount: 20 },
    },
    maxTotalBytes: unencoded(30 * manyMb),
  },
  gemini: {
    media: {
      image: {
        types: new Set(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif']),
        maxBytes: unencoded(18 * manyMb),
        maxCount: 1000,
      },
      audio: {
        types: new Set(['audio/wav', 'audio/mpeg', 'audio/ogg', 'audio/flac', 'audio/mp4']),
        maxBytes: unencoded(18 * manyMb),
        maxCount: 20,
      },
      document: { types: pdf, maxBytes: unencoded(18 * manyMb), maxCount: 100 },
      video: {
        types: new Set([...films, 'video/x-msvideo']),
        maxBytes: unencoded(18 * manyMb),
        maxCount: 10,
      },
    },
    maxTotalBytes: unencoded(18 * manyMb),
  },
  bedrock: {
    media: {
      image: { types: commonImages, maxBytes: 3_750_000, maxCount: 20, maxSide: 8000 },
      document: { types: pdf, maxBytes: 4_500_000, maxCount: 5 },
      video: {
        types: new Set([...films, 'video/x-matroska']),
        maxBytes: unencoded(25 * manyMb),
        maxCount: 1,
      },
    },
    maxTotalBytes: 75 * manyMb,
  },
  ollama: {
    media: { image: { types: commonImages, maxBytes: 20 * manyMb, maxCount: 100 } },
    maxTotalBytes: 100 * manyMb,
  },
};

/** A model as far as media are concerned. */
export interface MediaModel {
  readonly dialect: string;
  /** Undefined: not known. */
  readonly inputs: ModelFacts['inputs'];
}

/** Where nobody says what a model takes, it is given images, as every dialect carries them. */
export function inputsOf({ inputs }: MediaModel): NonNullable<ModelFacts['inputs']> {
  return inputs ?? ['text', 'image'];
}

export type Taken =
  | { readonly kind: 'taken' }
  /** It never takes such media. */
  | { readonly kind: 'not-taken' }
  /** It takes the like, but not this one. */
  | { readonly kind: 'too-large'; readonly limit: string };

/** Counts what one request holds already. Ask for the newest first: where there is no room for all, the oldest go in words. */
export function createCarrier(model: MediaModel): (facts: MediaFacts) => Taken {
  const carried = dialects[model.dialect];
  const inputs = inputsOf(model);
  const counts = new Map<MediaKind, number>();
  let total = 0;
  return (facts) => {
    const { kind, mimeType, bytes } = facts;
    if (kind === 'other' || !inputs.includes(kind)) return { kind: 'not-taken' };
    const rule = carried?.media[kind];
    if (!carried || !rule?.types.has(mimeType)) return { kind: 'not-taken' };
    const limit = exceeded(rule, facts);
    if (limit !== undefined) return { kind: 'too-large', limit };
    const count = (counts.get(kind) ?? 0) + 1;
    if (count > rule.maxCount) return { kind: 'too-large', limit: `${rule.maxCount} in a request` };
    if (total + bytes > carried.maxTotalBytes)
      return { kind: 'too-large', limit: `${megabytes(carried.maxTotalBytes)} in a request` };
    counts.set(kind, count);
    total += bytes;
    return { kind: 'taken' };
  };
}

/** Where a service states none: a few bytes may claim more pixels than anybody can hold. */
const mostSide = 16_384;

function exceeded(
  { maxBytes, maxSide = mostSide }: Carried,
  { bytes, width = 0, height = 0 }: MediaFacts,
): string | undefined {
  if (bytes > maxBytes) return megabytes(maxBytes);
  return Math.max(width, height) > maxSide ? `${maxSide} pixels a side` : undefined;
}

function megabytes(bytes: number): string {
  return `${(bytes / manyMb).toFixed(1)} MB`;
}
