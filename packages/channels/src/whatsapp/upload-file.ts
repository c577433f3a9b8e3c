import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { SentFile } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { WhatsappApi } from './api.ts';

const WireUploaded = z.looseObject({ id: z.string().min(1) });

/**
 * Gives a file to Meta, which keeps it for thirty days; nobody sees it before a message names its id, so that what fails here was not sent.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
 */
export async function uploadFile(
  { api, phoneNumberId }: { readonly api: WhatsappApi; readonly phoneNumberId: string },
  file: SentFile,
  signal: AbortSignal,
): Promise<string> {
  let answer: unknown;
  try {
    const path = `${phoneNumberId}/media`;
    answer = await api.call({ method: 'POST', path, file }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isCuttleError(error, 'channel.unavailable')) throw error;
    throw unsent(error.message, error);
  }
  const uploaded = WireUploaded.safeParse(answer);
  if (uploaded.success) return uploaded.data.id;
  throw unsent('WhatsApp took a file and gave it no id.', uploaded.error);
}

function unsent(message: string, cause: unknown): CuttleError {
  return new CuttleError('channel.unavailable', message, { details: { reached: false }, cause });
}
