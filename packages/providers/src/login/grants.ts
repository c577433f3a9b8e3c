import { z } from 'zod';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { readClaims } from './claims.ts';
import type { Authorisation } from './authorisation.ts';
import { exchangeLogin } from './exchange-login.ts';
import type { Login } from './login.ts';
import type { StoredLogin } from './stored-login.ts';
import { askEndpoint, type EndpointRequest, type LoginTalk, readAnswer } from './token-endpoint.ts';

/** Seconds; some send them as text. */
const seconds = z.coerce.number().nonnegative().max(315_360_000);

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
export const TokenAnswer = z.looseObject({
  access_token: z.string().min(1).max(32_768),
  refresh_token: z.string().min(1).max(32_768).nullish(),
  expires_in: seconds.nullish(),
  id_token: z.string().max(32_768).nullish(),
});
export type TokenAnswer = z.output<typeof TokenAnswer>;

const KeyAnswer = z.looseObject({
  key: z.string().min(1).max(4096),
  user_id: z.string().max(200).nullish(),
});

/** A code of `browser` or `paste` for what can be stored. Throws `login.*`. */
export async function redeemCode(
  { asked, code }: { readonly asked: Authorisation; readonly code: string },
  talk: LoginTalk,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const { login } = talk;
  const proof = { code, code_verifier: asked.pkce.verifier };
  if (login.grant === 'key') {
    // https://openrouter.ai/docs/use-cases/oauth-pkce: no token of OAuth, but a key of the account.
    const request = toRequest(login, { ...proof, code_challenge_method: 'S256' });
    const answer = await askEndpoint(request, talk, signal);
    const { key, user_id: account } = readAnswer(KeyAnswer, answer, login.title);
    return { accessToken: key, savedAt: talk.clock.now(), ...(account && { account }) };
  }
  const request = toRequest(login, {
    grant_type: 'authorization_code',
    ...proof,
    redirect_uri: asked.redirectUrl,
    ...idOf(login),
    // Anthropic wants it back with the code.
    ...(login.flow === 'paste' && { state: asked.state }),
  });
  const answer = readAnswer(TokenAnswer, await askEndpoint(request, talk, signal), login.title);
  return storeAnswer({ answer }, talk, signal);
}

/**
 * A new token for the refresh token, or a new session for the token: what is near its end. A refresh token that comes along takes the
 * old one's place (https://www.rfc-editor.org/rfc/rfc6749#section-6). Throws `login.expired` where only a new login helps.
 */
export async function renewLogin(
  stored: StoredLogin,
  talk: LoginTalk,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const { login } = talk;
  const { refreshToken, session, expiresAt } = stored;
  const lasts = expiresAt === undefined || expiresAt > talk.clock.now() + 60_000;
  try {
    if (session && lasts && login.exchange === 'copilot-session')
      return await exchangeLogin({ stored }, talk, signal);
    if (refreshToken === undefined) throw expired(login);
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, ...idOf(login) };
    const asked = await askEndpoint(toRequest(login, fields), talk, signal);
    const answer = readAnswer(TokenAnswer, asked, login.title);
    return await storeAnswer({ answer, before: stored }, talk, signal);
  } catch (error) {
    if (isCuttleError(error, 'login.refused') || isCuttleError(error, 'login.denied'))
      throw expired(login, error);
    throw error;
  }
}

export function expired({ id, title }: Pick<Login, 'id' | 'title'>, cause?: unknown): CuttleError {
  return new CuttleError('login.expired', `${title} does not accept the saved login any more.`, {
    hint: `Log in again: \`cuttle auth login ${id}\`.`,
    ...(cause !== undefined && { cause }),
  });
}

/** What a token endpoint gave, with what is exchanged for it. */
export async function storeAnswer(
  { answer, before }: { readonly answer: TokenAnswer; readonly before?: StoredLogin },
  talk: LoginTalk,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const { access_token: accessToken, refresh_token, expires_in, id_token } = answer;
  const now = talk.clock.now();
  const refreshToken = refresh_token ?? before?.refreshToken;
  const { account, accountId } = { ...before, ...readClaims(id_token ?? accessToken) };
  const stored: StoredLogin = {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(expires_in != null && { expiresAt: now + expires_in * 1000 }),
    ...(account !== undefined && { account }),
    ...(accountId !== undefined && { accountId }),
    savedAt: before?.savedAt ?? now,
  };
  return exchangeLogin({ stored, idToken: id_token ?? undefined }, talk, signal);
}

/** A request to the token endpoint. */
export function toRequest(
  login: Login,
  fields: Readonly<Record<string, string | undefined>>,
): EndpointRequest {
  return { service: login.title, url: login.tokenUrl, fields, form: login.form };
}

/** How the gateway names itself: a public program, unless it was given a secret. */
export function idOf({ clientId, clientSecret }: Login): Record<string, string | undefined> {
  return { client_id: clientId, client_secret: clientSecret };
}
