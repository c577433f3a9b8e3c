import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { isGuarded } from './login.ts';
import type { StoredLogin } from './stored-login.ts';
import { askEndpoint, type LoginTalk, readAnswer } from './token-endpoint.ts';

interface Exchanged {
  readonly stored: StoredLogin;
  readonly idToken?: string | undefined;
}

/** The token for what the models take, where that is something else. Throws `login.*`. */
export async function exchangeLogin(
  exchanged: Exchanged,
  talk: LoginTalk,
  signal: AbortSignal,
): Promise<StoredLogin> {
  if (talk.login.exchange === 'openai-key') return exchangeForKey(exchanged, talk, signal);
  if (talk.login.exchange === 'copilot-session') return exchangeForSession(exchanged, talk, signal);
  return exchanged.stored;
}

const ExchangedKey = z.looseObject({ access_token: z.string().min(1).max(32_768) });

/**
 * An API key for the `id_token`, as OpenAI's own program gets it: the form of https://www.rfc-editor.org/rfc/rfc8693#section-2.1 with
 * a `requested_token` of its own. The key lasts as long as the token beside it.
 */
async function exchangeForKey(
  { stored, idToken }: Exchanged,
  talk: LoginTalk,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const { login } = talk;
  if (idToken === undefined)
    throw new CuttleError(
      'login.refused',
      `${login.title} sent no id_token to exchange for a key.`,
    );
  const request = {
    service: login.title,
    url: login.exchangeUrl ?? login.tokenUrl,
    fields: {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: login.clientId,
      requested_token: 'openai-api-key',
      subject_token: idToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    },
  };
  const answer = await askEndpoint(request, talk, signal);
  const { access_token: token } = readAnswer(ExchangedKey, answer, login.title);
  const { expiresAt } = stored;
  return { ...stored, session: { token, ...(expiresAt !== undefined && { expiresAt }) } };
}

/** https://github.com/microsoft/vscode-copilot-chat (`CopilotToken`): times are seconds. */
const CopilotToken = z.looseObject({
  token: z.string().min(1).max(32_768),
  expires_at: z.number().positive(),
  endpoints: z.looseObject({ api: z.string().optional() }).nullish(),
});

/** A session of Copilot, good for about half an hour, for a token of GitHub. The endpoint is not documented. */
async function exchangeForSession(
  { stored }: Exchanged,
  talk: LoginTalk,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const { login } = talk;
  const request = {
    service: login.title,
    url: login.exchangeUrl ?? login.tokenUrl,
    headers: { authorization: `token ${stored.accessToken}`, 'editor-version': 'vscode/1.104.1' },
  };
  const answer = await askEndpoint(request, talk, signal);
  if (answer.status === 404 || answer.status === 403)
    throw new CuttleError('login.refused', 'This GitHub account has no Copilot.', {
      hint: 'See https://github.com/settings/copilot.',
    });
  const { token, expires_at, endpoints } = readAnswer(CopilotToken, answer, login.title);
  const baseUrl = endpoints?.api;
  return {
    ...stored,
    session: {
      token,
      expiresAt: expires_at * 1000,
      ...(baseUrl !== undefined && isGuarded(baseUrl) && { baseUrl }),
    },
  };
}
