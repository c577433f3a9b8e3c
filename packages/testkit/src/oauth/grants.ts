import {
  challengeOf,
  createToken,
  isGood,
  nonce,
  OauthRefusal,
  type OauthClient,
  type World,
} from './world.ts';

export type Fields = Readonly<Record<string, string>>;
type Answer = Readonly<Record<string, unknown>>;

/** `POST /token`. Throws `OauthRefusal`. */
export function grant(world: World, fields: Fields): Answer {
  const client = readClient(world, fields);
  const type = fields['grant_type'] ?? '';
  const take = Object.hasOwn(grants, type) ? grants[type] : undefined;
  if (take) return take(world, client, fields);
  throw new OauthRefusal('unsupported_grant_type', `${type} is no grant here`, {
    rule: 'grant-type',
  });
}

const grants: Readonly<
  Record<string, (world: World, client: OauthClient, fields: Fields) => Answer>
> = {
  authorization_code: grantCode,
  refresh_token: grantRefresh,
  'urn:ietf:params:oauth:grant-type:device_code': grantDevice,
  'urn:ietf:params:oauth:grant-type:token-exchange': grantExchange,
};

export function readClient(world: World, fields: Fields): OauthClient {
  const client = world.clients.get(fields['client_id'] ?? '');
  if (client && (client.secret === undefined || client.secret === fields['client_secret']))
    return client;
  throw new OauthRefusal('invalid_client', 'no such client', { rule: 'client', status: 401 });
}

function grantCode(world: World, client: OauthClient, fields: Fields): Answer {
  const code = spendCode(world, fields);
  if (code.clientId !== client.id) throw wrongCode('of another client', 'client');
  if (code.redirectUrl !== fields['redirect_uri'])
    throw wrongCode('another redirect_uri', 'redirect-uri');
  const family = nonce();
  code.family = family;
  return issue(world, { client, family, scope: code.scope });
}

/** For one use, by who can prove that it asked for it. */
export function spendCode(
  world: World,
  fields: Fields,
): World['codes'] extends Map<string, infer Code> ? Code : never {
  const code = world.codes.get(fields['code'] ?? '');
  if (!code) throw new OauthRefusal('invalid_grant', 'no such code');
  if (code.family !== undefined) {
    // Section 4.1.2: who comes second may be a thief, or the first was.
    world.ended.add(code.family);
    throw wrongCode('it was used before', 'code-once');
  }
  if (code.expiresAt <= world.now()) throw wrongCode('it is too old', 'code-time');
  const verifier = fields['code_verifier'] ?? '';
  if (!/^[\w.~-]{43,128}$/.test(verifier) || challengeOf(verifier) !== code.challenge)
    throw wrongCode('the verifier does not fit', 'pkce-verifier');
  return code;
}

function wrongCode(
  message: string,
  rule: 'client' | 'redirect-uri' | 'code-once' | 'code-time' | 'pkce-verifier',
): OauthRefusal {
  return new OauthRefusal('invalid_grant', message, { rule });
}

function grantRefresh(world: World, client: OauthClient, fields: Fields): Answer {
  const text = fields['refresh_token'] ?? '';
  const token = world.tokens.get(text);
  if (!token || token.kind !== 'refresh' || token.clientId !== client.id)
    throw new OauthRefusal('invalid_grant', 'no such refresh token');
  if (token.spent) {
    world.ended.add(token.family);
    throw new OauthRefusal('invalid_grant', 'it was used before', { rule: 'refresh-once' });
  }
  if (!isGood(world, text, ['refresh'])) throw new OauthRefusal('invalid_grant', 'it was revoked');
  token.spent = true;
  return issue(world, { client, family: token.family, scope: '' });
}

function grantDevice(world: World, client: OauthClient, fields: Fields): Answer {
  const device = world.devices.get(fields['device_code'] ?? '');
  if (!device || device.clientId !== client.id || device.decision === 'spent')
    throw new OauthRefusal('invalid_grant', 'no such device code', { rule: 'device-code' });
  const now = world.now();
  if (device.expiresAt <= now) throw new OauthRefusal('expired_token', 'the code is too old');
  const soonest = (device.askedAt ?? Number.NEGATIVE_INFINITY) + device.intervalMs;
  device.askedAt = now;
  if (now < soonest) {
    device.intervalMs += 5000;
    throw new OauthRefusal('slow_down', 'asked too soon', { rule: 'device-interval' });
  }
  if (device.decision === 'pending') throw new OauthRefusal('authorization_pending', 'not yet');
  if (device.decision === 'denied') throw new OauthRefusal('access_denied', 'the person said no');
  device.decision = 'spent';
  return issue(world, { client, family: nonce(), scope: '' });
}

function grantExchange(world: World, client: OauthClient, fields: Fields): Answer {
  const subject = fields['subject_token'] ?? '';
  const isRight =
    fields['subject_token_type'] === 'urn:ietf:params:oauth:token-type:id_token' &&
    fields['requested_token'] === 'openai-api-key' &&
    isGood(world, subject, ['id']);
  const family = world.tokens.get(subject)?.family;
  if (!isRight || family === undefined)
    throw new OauthRefusal('invalid_request', 'the subject_token is not right', {
      rule: 'subject-token',
    });
  return { access_token: createToken(world, { kind: 'key', clientId: client.id, family }) };
}

/** A fresh access token, refresh token and id token. */
function issue(
  world: World,
  { client, family, scope }: { client: OauthClient; family: string; scope: string },
): Answer {
  const { accessMs } = world.lifetime;
  const make = (kind: 'access' | 'refresh' | 'id', lifeMs?: number): string =>
    createToken(world, { kind, clientId: client.id, family, lifeMs });
  return {
    access_token: make('access', accessMs),
    token_type: 'Bearer',
    expires_in: Math.floor(accessMs / 1000),
    refresh_token: make('refresh'),
    id_token: make('id', 3_600_000),
    ...(scope !== '' && { scope }),
  };
}
