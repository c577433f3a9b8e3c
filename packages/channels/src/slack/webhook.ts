import { CuttleError } from '@cuttle/core-types/errors';
import type { WebhookCapability } from '@cuttle/core-types/ports';
import type { ChannelDeps } from '../channel-definition.ts';
import { parseDelivery, readDelivery } from '../delivery-body.ts';
import type { Intake, Payload } from './intake.ts';

export interface WebhookDeps extends Pick<ChannelDeps, 'clock' | 'log'> {
  readonly signingSecret: string;
  readonly intake: Intake;
  /** Tells what came before it is taken in, so that what was missed comes first; the result is called when it is stored. */
  heard(payload: Payload): () => void;
}

/** The largest samples have some hundred kB. */
const maxBytes = 1024 * 1024;
/** How old a signed request may be. https://docs.slack.dev/authentication/verifying-requests-from-slack */
const replayWindowMs = 5 * 60_000;

/**
 * Takes what Slack posts: events, presses and commands, all at one address. An answer but 200 makes Slack bring an event
 * again, three times. https://docs.slack.dev/apis/events-api/using-http-request-urls
 */
export function createSlackWebhook(deps: WebhookDeps): WebhookCapability {
  return {
    async receive(request, door, signal) {
      const body = await readDelivery(request, maxBytes);
      await checkSignature(deps, body, request.headers);
      const asked = parseBody(body, request.headers.get('content-type') ?? '');
      if (asked === undefined) return new Response('Not a delivery', { status: 400 });
      if (asked.kind === 'challenge')
        return new Response(asked.challenge, { headers: { 'content-type': 'text/plain' } });
      if (asked.kind === 'note') {
        deps.log.warn('Slack holds events back, because too many come.', {});
        return new Response(null, { status: 200 });
      }
      const done = deps.heard(asked);
      await deps.intake.take(asked, door, signal);
      done();
      return new Response(null, { status: 200 });
    },
  };
}

/** An HMAC over the bytes as they came and the time they were sent at, compared in constant time. */
async function checkSignature(
  { signingSecret, clock }: WebhookDeps,
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
): Promise<void> {
  const stamp = headers.get('x-slack-request-timestamp') ?? '';
  const hex = /^v0=([0-9a-f]{64})$/i.exec(headers.get('x-slack-signature') ?? '')?.[1] ?? '';
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const secret = encoder.encode(signingSecret);
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['verify']);
  const signed = Buffer.concat([encoder.encode(`v0:${stamp}:`), body]);
  const given = new Uint8Array(Buffer.from(hex, 'hex'));
  if (!/^\d{1,12}$/.test(stamp) || !(await crypto.subtle.verify('HMAC', key, given, signed)))
    throw new CuttleError('access.unauthenticated', 'The request is not signed by this app.', {
      hint: 'Only Slack calls this address. If it does, set signingSecret to the one under Basic Information.',
    });
  if (Math.abs(clock.now() - Number(stamp) * 1000) > replayWindowMs)
    throw new CuttleError(
      'access.unauthenticated',
      'The signed request is older than five minutes.',
      {
        hint: "If Slack itself calls, this machine's clock is wrong.",
      },
    );
}

type Asked =
  | Payload
  | { readonly kind: 'challenge'; readonly challenge: string }
  /** Slack's word to the app itself. https://docs.slack.dev/reference/events/app_rate_limited */
  | { readonly kind: 'note' };

function parseBody(bytes: Uint8Array, contentType: string): Asked | undefined {
  const text = new TextDecoder().decode(bytes);
  return contentType.startsWith('application/x-www-form-urlencoded')
    ? parseForm(new URLSearchParams(text))
    : parseEvent(parseDelivery(text));
}

/** https://docs.slack.dev/reference/events/url_verification */
function parseEvent(raw: unknown): Asked | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  if (!('type' in raw)) return { kind: 'events_api', raw };
  if (raw.type === 'url_verification')
    return 'challenge' in raw && typeof raw.challenge === 'string'
      ? { kind: 'challenge', challenge: raw.challenge.slice(0, 300) }
      : undefined;
  return raw.type === 'app_rate_limited' ? { kind: 'note' } : { kind: 'events_api', raw };
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#payloads */
function parseForm(form: URLSearchParams): Asked | undefined {
  const payload = form.get('payload');
  if (payload !== null) {
    const raw = parseDelivery(payload);
    return raw === undefined ? undefined : { kind: 'interactive', raw };
  }
  return form.has('command')
    ? { kind: 'slash_commands', raw: Object.fromEntries(form) }
    : undefined;
}
