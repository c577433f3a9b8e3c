import { CuttleError } from '@cuttle/core-types/errors';
import type { Receipt, SendRequest } from '@cuttle/core-types/ports';
import type { WhatsappApi } from './api.ts';
import { encodeMessage, fileOf } from './encode.ts';
import { uploadFile } from './upload-file.ts';
import { WireSent } from './wire.ts';

/** One visible call; a file is given to Meta before it. WhatsApp parses no marks, so nothing is refused for its formatting. https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages */
export async function sendMessage(
  { api, phoneNumberId }: { readonly api: WhatsappApi; readonly phoneNumberId: string },
  request: SendRequest,
  signal: AbortSignal,
): Promise<Receipt> {
  signal.throwIfAborted();
  const file = request.kind === 'delete' ? undefined : fileOf(request);
  const uploads = { api, phoneNumberId };
  const body = encodeMessage(request, file && (await uploadFile(uploads, file, signal)));
  const path = `${phoneNumberId}/messages`;
  const sent = WireSent.safeParse(await api.call({ method: 'POST', path, body }, signal));
  const messageId = sent.data?.messages[0]?.id;
  if (messageId === undefined)
    throw new CuttleError('channel.unavailable', 'WhatsApp took a message and gave it no id.', {
      details: { reached: true },
    });
  return { messageId };
}
