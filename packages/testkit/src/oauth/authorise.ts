import { nonce, OauthRefusal, type OauthRule, type World } from './world.ts';

/** Where the browser is sent. Throws `OauthRefusal` where it must stay here: an address that is not registered gets nothing. */
export function authorise(
  world: World,
  query: URLSearchParams,
  decision: 'approve' | 'deny',
): string {
  const client = world.clients.get(query.get('client_id') ?? '');
  if (!client) throw new OauthRefusal('invalid_request', 'no such client', { rule: 'client' });
  const redirectUrl = query.get('redirect_uri') ?? '';
  if (!client.redirectUrls.some((known) => isSameRedirect(known, redirectUrl)))
    throw new OauthRefusal('invalid_request', `${redirectUrl} is not registered`, {
      rule: 'redirect-uri',
    });
  const state = query.get('state');
  const back = (said: Readonly<Record<string, string>>): string => {
    const url = new URL(redirectUrl);
    for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value);
    if (state !== null) url.searchParams.set('state', state);
    return url.href;
  };
  const wrong = (error: string, rule: OauthRule): string => {
    world.rejections.push({ rule, message: error });
    return back({ error, error_description: `see ${rule}` });
  };
  if (query.get('response_type') !== 'code')
    return wrong('unsupported_response_type', 'response-type');
  const challenge = query.get('code_challenge') ?? '';
  if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    return wrong('invalid_request', 'pkce-needed');
  if (decision === 'deny') return back({ error: 'access_denied' });
  const scope = query.get('scope') ?? '';
  return back({ code: openCode(world, { clientId: client.id, redirectUrl, challenge, scope }) });
}

/** OpenRouter's page: no client, no state. */
export function authoriseKey(
  world: World,
  query: URLSearchParams,
  decision: 'approve' | 'deny',
): string {
  const redirectUrl = query.get('callback_url') ?? '';
  const url = URL.parse(redirectUrl);
  const challenge = query.get('code_challenge') ?? '';
  if (!url) throw new OauthRefusal('invalid_request', 'no callback_url', { rule: 'redirect-uri' });
  if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    throw new OauthRefusal('invalid_request', 'no challenge', { rule: 'pkce-needed' });
  if (decision === 'deny') url.searchParams.set('error', 'access_denied');
  else {
    const code = openCode(world, { clientId: 'openrouter', redirectUrl, challenge, scope: '' });
    url.searchParams.set('code', code);
  }
  return url.href;
}

function openCode(
  world: World,
  asked: { clientId: string; redirectUrl: string; challenge: string; scope: string },
): string {
  const code = nonce();
  const expiresAt = world.now() + world.lifetime.codeMs;
  world.codes.set(code, { ...asked, expiresAt, family: undefined });
  return code;
}

/** RFC 8252 section 7.3: the port of a loopback address is anything; all else is compared letter by letter. */
function isSameRedirect(known: string, given: string): boolean {
  if (known === given) return true;
  const [one, other] = [URL.parse(known), URL.parse(given)];
  if (!one || !other || one.port !== '') return false;
  if (one.protocol !== 'http:' || !['127.0.0.1', 'localhost', '[::1]'].includes(one.hostname))
    return false;
  other.port = '';
  return one.href === other.href;
}
