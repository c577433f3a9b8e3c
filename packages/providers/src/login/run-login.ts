import { CuttleError } from '@cuttle/core-types/errors';
import {
  type Authorisation,
  readPasted,
  readRedirect,
  toAuthorisationUrl,
} from './authorisation.ts';
import { awaitDevice, type DeviceCode, openDevice } from './device-flow.ts';
import { redeemCode } from './grants.ts';
import type { LoopbackRedirect } from './login-definition.ts';
import type { Login } from './login.ts';
import { createNonce, createPkce } from './pkce.ts';
import type { StoredLogin } from './stored-login.ts';
import type { LoginDeps } from './token-endpoint.ts';

/** A listener on this machine that a browser comes back to. Disposal closes it. */
export interface RedirectListener extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** The first address under that path that the browser asks for. `isOurs` tells a stray request from the answer. */
  next(isOurs: (url: URL) => boolean, signal: AbortSignal): Promise<URL>;
}

/** Who sits in front of it. */
export interface LoginPerson {
  /** Undefined where no port can be listened on. */
  listen(redirect: LoopbackRedirect, signal: AbortSignal): Promise<RedirectListener | undefined>;
  /** Shows an address to open, and a code to type there. */
  show(page: { readonly url: string; readonly code?: string }): Promise<void>;
  /** A text that the person pastes; rejects where nobody can be asked. */
  paste(signal: AbortSignal): Promise<string>;
}

export interface RunLoginDeps extends LoginDeps {
  readonly random: (bytes: Uint8Array) => Uint8Array;
  readonly person: LoginPerson;
}

/** How long a person may take in the browser. */
const patienceMs = 600_000;

/** One login from the first page to what can be stored. Throws `login.*`; rejects with `signal.reason`. */
export async function runLogin(
  login: Login,
  deps: RunLoginDeps,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const patience = new AbortController();
  const over = AbortSignal.any([signal, patience.signal]);
  const late = deps.clock.sleep(patienceMs, over).then(
    () => patience.abort(new CuttleError('login.timeout', 'Nobody logged in within ten minutes.')),
    () => undefined, // it ended before
  );
  try {
    return await (login.flow === 'device'
      ? runDevice(login, deps, over)
      : runAuthorisation(login, deps, over));
  } finally {
    patience.abort();
    await late;
  }
}

async function runDevice(
  login: Login,
  deps: RunLoginDeps,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const device: DeviceCode = await openDevice({ ...deps, login }, signal);
  await deps.person.show({ url: device.completeUrl ?? device.url, code: device.userCode });
  return awaitDevice(device, { ...deps, login }, signal);
}

async function runAuthorisation(
  login: Login,
  deps: RunLoginDeps,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const [pkce, state] = [await createPkce(deps.random), createNonce(deps.random)];
  if (login.redirect) {
    const redirect = { ...login.redirect };
    await using listener = await deps.person.listen(redirect, signal);
    const redirectUrl = listener?.url ?? toRedirectUrl(redirect);
    const asked: Authorisation = { pkce, state, redirectUrl };
    await deps.person.show({ url: toAuthorisationUrl(login, asked) });
    // Without a listener the browser ends at a page that does not load: its address is pasted.
    const code = listener
      ? readRedirect(await listener.next((url) => isAnswer(url, state), signal), asked)
      : readPasted(await deps.person.paste(signal), asked);
    return await redeemCode({ asked, code }, { ...deps, login }, signal);
  }
  const asked: Authorisation = { pkce, state, redirectUrl: login.redirectUrl ?? '' };
  await deps.person.show({ url: toAuthorisationUrl(login, asked) });
  const code = readPasted(await deps.person.paste(signal), asked);
  return redeemCode({ asked, code }, { ...deps, login }, signal);
}

/** Others on this machine may ask the port for anything: only who knows the state ends the wait. */
function isAnswer({ searchParams }: URL, state: string): boolean {
  return (
    searchParams.get('state') === state && (searchParams.has('code') || searchParams.has('error'))
  );
}

function toRedirectUrl({ host, port, path }: LoopbackRedirect): string {
  return `http://${host}:${port === 0 ? 8976 : port}${path}`;
}
