import { CuttleError } from '@cuttle/core-types/errors';
import type { Login } from './login.ts';
import type { Pkce } from './pkce.ts';

/** An authorisation that was asked for and has not been answered yet. */
export interface Authorisation {
  readonly pkce: Pkce;
  readonly state: string;
  readonly redirectUrl: string;
}

/** The address that a person opens in a browser. https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 */
export function toAuthorisationUrl(login: Login, asked: Authorisation): string {
  const url = new URL(login.authorizeUrl ?? login.tokenUrl);
  const proof = { code_challenge: asked.pkce.challenge, code_challenge_method: 'S256' };
  const said: Readonly<Record<string, string>> =
    login.grant === 'key'
      ? // It has no state: the address it comes back to carries ours.
        { callback_url: withState(asked), ...proof }
      : {
          response_type: 'code',
          ...(login.clientId !== undefined && { client_id: login.clientId }),
          redirect_uri: asked.redirectUrl,
          ...(login.scopes.length > 0 && { scope: login.scopes.join(' ') }),
          state: asked.state,
          ...proof,
        };
  for (const [name, value] of Object.entries({ ...login.parameters, ...said }))
    url.searchParams.set(name, value);
  return url.href;
}

function withState({ redirectUrl, state }: Authorisation): string {
  const url = new URL(redirectUrl);
  url.searchParams.set('state', state);
  return url.href;
}

/**
 * The code in the address that the browser came back to. Throws `login.refused` where the answer is not to what was asked (a
 * state of somebody else), `login.denied` where the person said no.
 */
export function readRedirect(url: URL, { state }: Pick<Authorisation, 'state'>): string {
  const { searchParams } = url;
  if (searchParams.get('state') !== state) throw foreignAnswer();
  const error = searchParams.get('error');
  if (error !== null) throw toRefusal(error, searchParams.get('error_description') ?? '');
  const code = searchParams.get('code');
  if (code === null || code === '') throw new CuttleError('login.refused', 'No code came back.');
  return code;
}

/** Most that a person pastes. */
const maxPasted = 8192;

/**
 * The code in what a person pasted: `code#state`, the whole address of the page, or the code alone. Throws as `readRedirect`; a
 * code alone carries no state, and is proved by the verifier only.
 */
export function readPasted(text: string, asked: Pick<Authorisation, 'state'>): string {
  const pasted = text.trim();
  if (pasted.length > maxPasted || /\s/.test(pasted) || pasted === '')
    throw new CuttleError('login.refused', 'That is no code.', {
      hint: 'Copy the whole code from the page, and nothing else.',
    });
  const url = /^https?:\/\//.test(pasted) ? URL.parse(pasted) : null;
  if (url) return readRedirect(url, asked);
  const [code = '', state] = pasted.split('#');
  if (state !== undefined && state !== asked.state) throw foreignAnswer();
  return code;
}

function foreignAnswer(): CuttleError {
  return new CuttleError('login.refused', 'That answer belongs to another login.', {
    hint: 'Begin again, and use the newest page.',
  });
}

/** An error code of OAuth 2.0 → ours. */
export function toRefusal(error: string, description: string): CuttleError {
  const words = (description === '' ? error : description).slice(0, 300);
  if (error === 'access_denied')
    return new CuttleError('login.denied', 'The login was refused on the page of the service.');
  return new CuttleError('login.refused', `The service refused the login: ${words}`, {
    details: { error: error.slice(0, 100) },
  });
}
