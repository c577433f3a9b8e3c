import { isCuttleError } from '@cuttle/core-types/errors';
import { type RetryDeps, untilAborted, untilDone } from '../retry.ts';
import type { Account } from './account.ts';
import type { WhatsappApi } from './api.ts';
import type { WhatsappOptions } from './options.ts';

export interface ReceiveDeps extends RetryDeps {
  readonly api: WhatsappApi;
  readonly account: Account;
  readonly options: Pick<WhatsappOptions, 'phoneNumberId' | 'webhookUrl' | 'verifyToken'>;
}

/**
 * Sees that deliveries can come, and stays until the abort. The address is left set: what comes while nobody listens is
 * delivered again by Meta.
 */
export async function holdWebhook(deps: ReceiveDeps, signal: AbortSignal): Promise<never> {
  const effort = {
    says: 'The webhook could not be set; it is tried again.',
    act: () => prepare(deps, signal),
    isFinal: (error: unknown) => isCuttleError(error, 'channel.auth'),
  };
  await untilDone(deps, effort, signal);
  return untilAborted(signal);
}

/** An address of this number alone, over that of the app. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override */
async function prepare({ api, account, options }: ReceiveDeps, signal: AbortSignal): Promise<void> {
  const { webhookUrl, verifyToken, phoneNumberId } = options;
  if (webhookUrl === undefined) {
    await account.read(signal);
    return;
  }
  const configuration = { override_callback_uri: webhookUrl, verify_token: verifyToken };
  const body = { webhook_configuration: configuration };
  await api.call({ method: 'POST', path: phoneNumberId, body }, signal);
}
