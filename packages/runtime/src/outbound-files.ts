import { CuttleError, isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type {
  Answer,
  Channel,
  OutboundFile,
  OutboundPart,
  SentFile,
  Store,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { sizeText } from './media/media-marks.ts';

/** An answer with the files that its platform takes; of the others it says so in words. Pure. */
export function withSendableFiles(
  { uploads }: Pick<Channel, 'uploads'>,
  { files = [], ...answer }: Answer,
): Answer {
  if (files.length === 0) return answer;
  const isTaken = (file: OutboundFile): boolean =>
    uploads !== undefined && (uploads.takes?.(file) ?? true);
  const fits = (file: OutboundFile): boolean => file.bytes <= (uploads?.maxBytes ?? 0);
  const kept = files.filter((file) => isTaken(file) && fits(file));
  const lines = files
    .filter((file) => !kept.includes(file))
    .map((file) => leftOut(file, isTaken(file) ? uploads?.maxBytes : undefined));
  return {
    ...answer,
    text: [answer.text, ...lines].filter((text) => text !== '').join('\n\n'),
    ...(kept.length > 0 && { files: kept }),
  };
}

function leftOut({ name, bytes }: OutboundFile, most: number | undefined): string {
  const reason =
    most === undefined
      ? textFor('outbound.file-none')
      : textFor('outbound.file-too-large', { most: sizeText(most) });
  // A name is no word of ours: it must not become a link or a style.
  return textFor('outbound.file-left-out', {
    name: name.replaceAll(/[\p{Cc}\p{Cf}[\]()<>*_`~ ]+/gu, ' ').trim(),
    size: sizeText(bytes),
    reason,
  });
}

/** A slow line sends so much in a millisecond. */
const slowestBytesPerMs = 250;

/** A part with the time that its files may take; one without words is known by their names where it is listed. */
export function withPatience(part: OutboundPart): OutboundPart {
  if (!part.files?.length) return part;
  const bytes = part.files.reduce((sum, file) => sum + file.bytes, 0);
  const names = part.files.map(({ name }) => `[${name}]`).join(' ');
  const text = part.text === '' ? names : part.text;
  return { ...part, text, extraMs: Math.ceil(bytes / slowestBytesPerMs) };
}

/** The bytes of what a part sends; none of them left the machine where this fails. Throws `media.gone` or `channel.unavailable`. */
export async function readFiles(
  { blobs }: Pick<Store, 'blobs'>,
  { files }: OutboundPart,
  signal: AbortSignal,
): Promise<readonly SentFile[] | undefined> {
  if (!files?.length) return undefined;
  const sent: SentFile[] = [];
  for (const file of files) sent.push({ ...file, content: await readFile(blobs, file, signal) });
  return sent;
}

async function readFile(
  blobs: Store['blobs'],
  { sha256, name }: OutboundFile,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return (await blobs.read(sha256, signal)).bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (isCuttleError(error, 'request.not-found'))
      throw new CuttleError('media.gone', `The bytes of ${name} are not stored any more.`);
    throw new CuttleError('channel.unavailable', `The bytes of ${name} could not be read.`, {
      details: { reached: false, code: toCuttleError(error).code },
      cause: error,
    });
  }
}
