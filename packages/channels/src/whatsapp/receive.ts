import { isCuttleError } from '@cuttle/core-types/errors';
import type { ChannelDeps } from '../channel-definition.ts';
import type { Account } from './account.ts';
import type { WhatsappApi } from './api.ts';
import type { WhatsappOptions } from './options.ts';

export interface ReceiveDeps extends Pick<ChannelDeps, 'clock' | 'log' | 'random'> {
  readonly api: WhatsappApi;
  readonly account: Account;
  readonly options: Pick<WhatsappOptions, 'phoneNumberId' | 'webhookUrl' | 'verifyToken'>;
}

/**
 * Sees that deliveries can come, and stays until the abort. The address is left set: what comes while nobody listens is
 * delivered again by Meta.
 */
export async function holdWebhook(deps: ReceiveDeps, signal: AbortSignal): Promise<void> {
  for (let failures = 0; ; failures += 1) {
    try {
      await prepare(deps, signal);
      break;
    } catch (error) {
      signal.throwIfAborted();
      if (isCuttleError(error, 'channel.auth')) throw error;
      deps.log.warn('The webhook could not be set; it is tried again.', { error });
      const asked = isCuttleError(error) ? (error.retryAfterMs ?? 0) : 0;
      const most = Math.min(30_000, 500 * 2 ** Math.min(failures, 10));
      await deps.clock.sleep(Math.max(asked, most / 2 + (deps.random() * most) / 2), signal);
    }
  }
  await untilAborted(signal);
  signal.throwIfAborted();
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

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
