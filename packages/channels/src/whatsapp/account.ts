import { CuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { ChannelHealth } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { WhatsappApi } from './api.ts';

/** The business phone number behind the token. */
export interface Account {
  /** Asks each time; throws `channel.*`. */
  read(signal: AbortSignal): Promise<{ readonly platformId: string; readonly name: string }>;
  /** An answer either way, but for an abort. */
  probe(signal: AbortSignal): Promise<ChannelHealth>;
}

const WireNumber = z.looseObject({
  id: z.string(),
  display_phone_number: z.string().optional(),
  verified_name: z.string().optional(),
});

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers */
export function createAccount(api: WhatsappApi, phoneNumberId: string): Account {
  const read: Account['read'] = async (signal) => {
    const path = `${phoneNumberId}?fields=id,display_phone_number,verified_name`;
    const number = WireNumber.safeParse(await api.call({ method: 'GET', path }, signal));
    if (!number.success)
      throw new CuttleError('channel.invalid', 'Meta knows this id, but as no phone number.', {
        hint: 'Set phoneNumberId to the phone number ID of API Setup.',
      });
    const { id, display_phone_number: phone, verified_name: name } = number.data;
    return { platformId: id, name: name ?? phone ?? id };
  };
  return {
    read,
    async probe(signal) {
      try {
        return { ok: true, ...(await read(signal)) };
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, detail: toCuttleError(error).message };
      }
    },
  };
}
