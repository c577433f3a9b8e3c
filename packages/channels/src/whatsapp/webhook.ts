import { CuttleError } from '@cuttle/core-types/errors';
import type { ChannelInbound, Door, WebhookCapability } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import { parseDelivery, readDelivery } from '../delivery-body.ts';
import { isSameSecret } from '../same-secret.ts';
import { decodeDelivery } from './decode.ts';
import type { WhatsappOptions } from './options.ts';
import { explainCode } from './whatsapp-failure.ts';
import type { WireStatus } from './wire.ts';

export interface WebhookDeps extends Pick<ChannelDeps, 'log'> {
  readonly options: Pick<
    WhatsappOptions,
    'appSecret' | 'verifyToken' | 'phoneNumberId' | 'reactionNotifications'
  >;
  /** Told of each message before it is stored. */
  readonly onEvent: (event: ChannelInbound) => void;
}

/** "Payloads can be up to 3 MB." https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview */
const maxBytes = 3 * 1024 * 1024;

/** Takes Meta's deliveries; anything but a 200 makes Meta deliver again, for up to seven days. */
export function createWhatsappWebhook(deps: WebhookDeps): WebhookCapability {
  return {
    async receive(request, door, signal) {
      if (request.method === 'GET') return answerChallenge(deps, new URL(request.url).searchParams);
      const bytes = await readDelivery(request, maxBytes);
      await checkSignature(deps, bytes, request.headers.get('x-hub-signature-256'));
      const raw = parseDelivery(bytes);
      if (raw === undefined) return new Response('Not a delivery', { status: 400 });
      const events: ChannelInbound[] = [];
      for (const decoded of decodeDelivery(raw, deps.options.phoneNumberId)) {
        if (decoded.kind === 'event' && isWanted(deps, decoded.event)) events.push(decoded.event);
        if (decoded.kind === 'status') logStatus(deps, decoded.status);
        if (decoded.kind === 'ignored' && decoded.reason === 'other-number')
          deps.log.warn('Meta delivers messages of another number here; they are not taken.', {
            hint: 'Give each number its own account with its own webhookUrl.',
          });
      }
      await acceptAll(deps, { events, door }, signal);
      return new Response(null, { status: 200 });
    },
  };
}

/** Meta tells of every reaction. */
function isWanted({ options }: WebhookDeps, { kind }: ChannelInbound): boolean {
  return kind !== 'reaction' || options.reactionNotifications !== 'off';
}

/** The handshake when the address is set. https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests */
async function answerChallenge(
  { options }: WebhookDeps,
  query: URLSearchParams,
): Promise<Response> {
  const given = query.get('hub.verify_token') ?? '';
  const isOurs = await isSameSecret(given, options.verifyToken);
  if (query.get('hub.mode') !== 'subscribe' || !isOurs)
    throw new CuttleError(
      'access.unauthenticated',
      'The verify token is not that of this number.',
      {
        hint: 'Enter the verifyToken of the configuration in the app, under WhatsApp → Configuration.',
      },
    );
  const challenge = (query.get('hub.challenge') ?? '').slice(0, 300);
  return new Response(challenge, { headers: { 'content-type': 'text/plain' } });
}

/** An HMAC over the bytes as they came, compared in constant time. https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads */
async function checkSignature(
  { options }: WebhookDeps,
  bytes: Uint8Array<ArrayBuffer>,
  header: string | null,
): Promise<void> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const secret = new TextEncoder().encode(options.appSecret);
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['verify']);
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(header ?? '')?.[1] ?? '';
  const given = new Uint8Array(Buffer.from(hex, 'hex'));
  if (!(await crypto.subtle.verify('HMAC', key, given, bytes)))
    throw new CuttleError('access.unauthenticated', 'The request is not signed by this app.', {
      hint: 'Only Meta calls this address. If it does, set appSecret to the secret under App settings → Basic.',
    });
}

interface Batch {
  readonly events: readonly ChannelInbound[];
  readonly door: Door;
}

/** One person's in order, people side by side. Where one could not be stored, Meta brings all again, and those that were are recognised. */
async function acceptAll(
  deps: WebhookDeps,
  { events, door }: Batch,
  signal: AbortSignal,
): Promise<void> {
  const lanes = Map.groupBy(events, ({ chat }) => chat.id);
  const outcomes = await Promise.allSettled(
    [...lanes.values()].map(async (lane) => {
      for (const event of lane) {
        // Its run begins with its commit, and may ask for it at once.
        deps.onEvent(event);
        await door.accept(event, signal);
      }
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A message that Meta took may still fail: the log says why and what helps. */
function logStatus({ log }: WebhookDeps, { id, status, errors }: WireStatus): void {
  if (status !== 'failed') {
    log.debug('A message came further.', { messageId: id, status });
    return;
  }
  const code = errors[0]?.code ?? 0;
  const { what, hint } = explainCode(code);
  log.warn(`A message was not delivered: ${what} (${code}).`, { messageId: id, code, hint });
}
