import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { idOf, storeAnswer, TokenAnswer, toRequest } from './grants.ts';
import { isGuarded } from './login.ts';
import type { StoredLogin } from './stored-login.ts';
import { askEndpoint, findError, type LoginTalk, readAnswer } from './token-endpoint.ts';

/** What a person types, and where. */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly url: string;
  /** With the code in it already, where the service offers that. */
  readonly completeUrl: string | undefined;
  readonly expiresAt: number;
  readonly intervalMs: number;
}

/** https://www.rfc-editor.org/rfc/rfc8628#section-3.2; Google and older services say `verification_url`. */
const DeviceAnswer = z.looseObject({
  device_code: z.string().min(1).max(4096),
  user_code: z.string().regex(/^[\w -]{1,40}$/),
  verification_uri: z.url().optional(),
  verification_url: z.url().optional(),
  verification_uri_complete: z.url().nullish(),
  expires_in: z.coerce.number().positive().max(86_400).default(900),
  interval: z.coerce.number().nonnegative().max(600).nullish(),
});

/** Asks for a code. Throws `login.*`. */
export async function openDevice(talk: LoginTalk, signal: AbortSignal): Promise<DeviceCode> {
  const { login } = talk;
  const request = {
    service: login.title,
    url: login.deviceUrl ?? login.tokenUrl,
    fields: {
      client_id: login.clientId,
      ...(login.scopes.length > 0 && { scope: login.scopes.join(' ') }),
    },
  };
  const said = readAnswer(DeviceAnswer, await askEndpoint(request, talk, signal), login.title);
  const url = hrefOf(said.verification_uri ?? said.verification_url);
  const complete = hrefOf(said.verification_uri_complete ?? undefined);
  if (url === undefined || !isGuarded(url))
    throw new CuttleError(
      'login.unavailable',
      `${login.title} names no page to type the code into.`,
    );
  return {
    deviceCode: said.device_code,
    userCode: said.user_code,
    url,
    completeUrl: complete !== undefined && isGuarded(complete) ? complete : undefined,
    expiresAt: talk.clock.now() + said.expires_in * 1000,
    // Section 3.2: five seconds where it says nothing.
    intervalMs: Math.max(1, said.interval ?? 5) * 1000,
  };
}

/** As a URL is written: what would steer a terminal is encoded. */
function hrefOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : URL.parse(text)?.href;
}

/** `slow_down` adds five seconds to this wait and all that follow (section 3.5). */
const slowerMs = 5000;

/** Asks until the person has decided. Throws `login.denied`, `login.timeout` or another `login.*`; rejects with `signal.reason`. */
export async function awaitDevice(
  device: DeviceCode,
  talk: LoginTalk,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const { login } = talk;
  const request = toRequest(login, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device.deviceCode,
    ...idOf(login),
  });
  let waitMs = device.intervalMs;
  for (;;) {
    await talk.clock.sleep(waitMs, signal);
    if (talk.clock.now() >= device.expiresAt) throw tooLate();
    const answer = await askOrWait(request, talk, signal);
    if (answer === undefined) {
      // Section 3.5: a connection that fails is tried again, with longer waits.
      waitMs = Math.min(waitMs * 2, 60_000);
      continue;
    }
    const error = findError(answer);
    if (error === 'authorization_pending') continue;
    if (error === 'slow_down') {
      waitMs += slowerMs;
      continue;
    }
    if (error === 'expired_token') throw tooLate();
    return storeAnswer({ answer: readAnswer(TokenAnswer, answer, login.title) }, talk, signal);
  }
}

/** Undefined where the service could not be asked now. */
async function askOrWait(
  ...asked: Parameters<typeof askEndpoint>
): Promise<Awaited<ReturnType<typeof askEndpoint>> | undefined> {
  try {
    return await askEndpoint(...asked);
  } catch (error) {
    if (isCuttleError(error, 'login.unavailable')) return undefined;
    throw error;
  }
}

function tooLate(): CuttleError {
  return new CuttleError('login.timeout', 'The code was not confirmed in time.', {
    hint: 'Begin again for a new code.',
  });
}
