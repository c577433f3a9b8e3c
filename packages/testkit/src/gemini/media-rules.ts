import type { WireRule } from '../wire-rule.ts';
import type { CheckedRequest } from './checked-request.ts';
import { firstOfParts } from './content-rules.ts';
import { badField, type Refusal } from './refusal.ts';
import { toFieldPath } from './field-names.ts';
import type { Part } from './request-schema.ts';

/** The rules on media. Each refusal is the service's own sentence, but where a source says otherwise. */
export const mediaRules: readonly WireRule<CheckedRequest, Refusal>[] = [
  {
    name: 'bytes are base64',
    source: 'https://protobuf.dev/programming-guides/json/',
    check: ({ body }) =>
      firstOfParts(
        body,
        (part, field) =>
          blobsIn(part).flatMap(({ data = '' }) =>
            isBase64(data) ? [] : [notBase64(`${field}.inline_data.data`, data)],
          )[0],
      ),
  },
  {
    name: 'a type of media is one that models read',
    source:
      'https://ai.google.dev/gemini-api/docs/image-understanding, /audio, /video-understanding and /document-processing',
    check: ({ body }) =>
      firstOfParts(body, (part) => {
        const foreign = blobsIn(part).find(({ mimeType = '' }) => !readable.test(mimeType));
        return foreign && { message: `Unsupported MIME type: ${foreign.mimeType ?? ''}` };
      }),
  },
  {
    name: 'an address is one that the model fetches',
    source:
      'https://ai.google.dev/gemini-api/docs/file-input-methods; https://github.com/BoundaryML/baml/issues/1548',
    check: ({ body, model }) =>
      firstOfParts(body, ({ fileData }) => {
        const uri = fileData?.fileUri;
        if (fileData === undefined || isFetched(uri ?? '', model.externalUrls)) return undefined;
        return { message: `Invalid or unsupported file uri: ${uri ?? ''}` };
      }),
  },
  {
    name: 'results hold media only from Gemini 3 on',
    source:
      'https://ai.google.dev/gemini-api/docs/function-calling#multimodal, which does not say in which words',
    check: ({ body, model }) =>
      firstOfParts(body, ({ functionResponse }) =>
        model.newer === 'taken' || (functionResponse?.parts ?? []).length === 0
          ? undefined
          : { message: 'Multimodal function response is not supported for this model.' },
      ),
  },
];

const readable =
  /^(?:image\/(?:png|jpeg|webp|heic|heif|gif|bmp)|audio\/(?:wav|x-wav|mp3|mpeg|aiff|aac|ogg|flac|m4a|mp4|webm|opus|l16|pcm)|video\/(?:mp4|mpeg|mpegps|mov|quicktime|avi|x-flv|flv|mpg|webm|wmv|3gpp)|application\/(?:pdf|json)|text\/[\w.-]+)(?:;.*)?$/i;

function blobsIn(part: Part): readonly NonNullable<Part['inlineData']>[] {
  const nested = part.functionResponse?.parts ?? [];
  return [part, ...nested].flatMap(({ inlineData }) => (inlineData ? [inlineData] : []));
}

/** Both alphabets, with or without padding. */
export function isBase64(data: string): boolean {
  return /^[\w+/-]*={0,2}$/.test(data) && data.replace(/=+$/, '').length % 4 !== 1;
}

function notBase64(field: string, data: string): Refusal {
  return badField(
    field,
    `Invalid value at '${toFieldPath([field])}' (TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(data.slice(0, 60))}`,
  );
}

function isFetched(uri: string, externalUrls: 'taken' | 'refused'): boolean {
  if (/^gs:\/\/|^https:\/\/generativelanguage\.googleapis\.com\/|youtu/.test(uri)) return true;
  return externalUrls === 'taken' && uri.startsWith('https://');
}
