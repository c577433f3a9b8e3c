import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { WebhookCapability } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import { parseDelivery, readDelivery } from '../delivery-body.ts';
import { untilAborted, untilDone } from '../retry.ts';
import { digest, isSameSecret } from '../same-secret.ts';
import type { Account } from './account.ts';
import { createAlbumTaker } from './album.ts';
import type { TelegramApi } from './api.ts';
import { decodeUpdate } from './decode.ts';
import type { TelegramOptions } from './options.ts';

export interface WebhookDeps extends Pick<ChannelDeps, 'clock' | 'log' | 'random'> {
  readonly api: TelegramApi;
  readonly account: Pick<Account, 'read'>;
  readonly token: string;
  readonly settings: NonNullable<TelegramOptions['webhook']>;
  readonly updateKinds: readonly string[];
  readonly answerButton: (callbackId: string, signal: AbortSignal) => Promise<void>;
}

const maxBytes = 1024 * 1024;

/** Takes Telegram's deliveries; anything but a 2xx makes Telegram deliver again. https://core.telegram.org/bots/api#setwebhook */
export function createTelegramWebhook(deps: WebhookDeps): WebhookCapability {
  const takeAlbum = createAlbumTaker(deps);
  return {
    async receive(request, door, signal) {
      await checkSecret(deps, request.headers.get('x-telegram-bot-api-secret-token'));
      const raw = parseDelivery(await readDelivery(request, maxBytes));
      if (raw === undefined) return new Response('Not an update', { status: 400 });
      const decoded = decodeUpdate(raw, await deps.account.read(signal));
      if (decoded.kind === 'event') {
        if (decoded.album === undefined) await door.accept(decoded.event, signal);
        else await takeAlbum({ album: decoded.album, part: decoded.event }, door, signal);
        if (decoded.callbackId !== undefined) await deps.answerButton(decoded.callbackId, signal);
      }
      return new Response(null, { status: 200 });
    },
  };
}

/** Sets the webhook, stays until the abort, and removes it unless told to leave it for other servers. */
export async function holdWebhook(deps: WebhookDeps, signal: AbortSignal): Promise<never> {
  try {
    await setWebhook(deps, signal);
    return await untilAborted(signal);
  } finally {
    // Also where the abort came while it was being set: it may be there.
    if (signal.aborted && !deps.settings.keepOnStop) await removeWebhook(deps);
  }
}

async function removeWebhook({ api, log }: WebhookDeps): Promise<void> {
  try {
    await api.call('deleteWebhook', { drop_pending_updates: false }, AbortSignal.timeout(5000));
  } catch (error) {
    log.warn('The webhook could not be removed.', { error });
  }
}

async function setWebhook(deps: WebhookDeps, signal: AbortSignal): Promise<void> {
  const { url, maxConnections } = deps.settings;
  const params = {
    url,
    secret_token: await secretOf(deps),
    max_connections: maxConnections,
    allowed_updates: deps.updateKinds,
  };
  const effort = {
    says: 'The webhook could not be set; it is tried again.',
    act: () => deps.api.call('setWebhook', params, signal),
    isFinal: (error: unknown) => isCuttleError(error, 'channel.auth', 'channel.invalid'),
  };
  await untilDone(deps, effort, signal);
}

async function checkSecret(deps: WebhookDeps, given: string | null): Promise<void> {
  if (given === null || !(await isSameSecret(given, await secretOf(deps))))
    throw new CuttleError(
      'access.unauthenticated',
      'The request does not carry the secret of this webhook.',
      {
        hint: 'Only Telegram calls this address. If it does, restart the channel so that the webhook is set anew.',
      },
    );
}

/** The same on every server and after every start, and of no use to learn the token. */
async function secretOf({ settings, token }: WebhookDeps): Promise<string> {
  return (
    settings.secret ?? Buffer.from(await digest(`cuttle webhook ${token}`)).toString('base64url')
  );
}
