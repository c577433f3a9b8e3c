import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readBody } from 'node:stream/consumers';
import type { Clock } from '@cuttle/core-types/ports';
import { openLoopbackServer } from '../loopback-server.ts';
import { authorise, authoriseKey } from './authorise.ts';
import { type OauthFault, sendFault } from './faults.ts';
import { type Fields, grant, readClient, spendCode } from './grants.ts';
import {
  createToken,
  isGood,
  nonce,
  type OauthClient,
  OauthRefusal,
  type OauthRule,
  type Token,
  type World,
} from './world.ts';

export interface OauthServerOptions {
  readonly clients?: readonly OauthClient[];
  readonly clock?: Pick<Clock, 'now'>;
  /** Default: an hour. */
  readonly accessMs?: number;
  /** Default: a minute. */
  readonly codeMs?: number;
  /** Default: fifteen minutes. */
  readonly deviceMs?: number;
  /** How long to wait between two questions for a device. Default: five seconds. */
  readonly intervalMs?: number;
  /** A Copilot session. Default: 25 minutes. */
  readonly sessionMs?: number;
  /** Where such a session is to be used; told to clients as `endpoints.api`. */
  readonly sessionApi?: string;
  /** GitHub answers its refusals with 200. Default: 400. */
  readonly refusals?: 200 | 400;
}

type Endpoint = 'authorize' | 'token' | 'device' | 'keys' | 'copilot';

/** An authorisation server on 127.0.0.1 with the person in front of it. */
export interface OauthServer extends AsyncDisposable {
  readonly url: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly deviceUrl: string;
  /** The page that shows a code to copy, as `code#state`: a redirect address. */
  readonly codePageUrl: string;
  /** OpenRouter's page and its exchange of a code for a key. */
  readonly keyPageUrl: string;
  readonly keysUrl: string;
  readonly copilotUrl: string;
  /** What the person says to the next pages. */
  decide(decision: 'approve' | 'deny'): void;
  /** What the person types for a device. Throws for a code that is none. */
  confirm(userCode: string, decision?: 'approve' | 'deny'): void;
  /** The next requests to that endpoint go wrong, one after the other. */
  fail(endpoint: Endpoint, ...faults: readonly OauthFault[]): void;
  /** Whether a model service lets that token in. */
  accepts(token: string): boolean;
  /** Ends a token and all that came from the same login. */
  revoke(token: string): void;
  /** Every request to an endpoint, in order, with its fields. */
  readonly asked: readonly { readonly endpoint: Endpoint; readonly fields: Fields }[];
  /** The rules that clients broke. */
  readonly rejections: readonly { readonly rule: OauthRule; readonly message: string }[];
}

const defaultClient: OauthClient = {
  id: 'test-client',
  redirectUrls: ['http://127.0.0.1/callback', 'http://localhost/callback'],
};

/** Opens it. Pages answer at once, as the person decided; no password, no page to click. */
export async function openOauthServer(options: OauthServerOptions = {}): Promise<OauthServer> {
  const world = createWorld(options);
  const asked: { endpoint: Endpoint; fields: Fields }[] = [];
  const faults: Record<Endpoint, OauthFault[]> = {
    authorize: [],
    token: [],
    device: [],
    keys: [],
    copilot: [],
  };
  const person: Person = { decision: 'approve' };
  const server = await openLoopbackServer(
    async (incoming, response) => {
      const url = new URL(incoming.url ?? '/', world.origin);
      if (url.pathname === '/shown') return showCode(url, response);
      const endpoint = endpoints[`${incoming.method} ${url.pathname}`];
      if (endpoint === undefined) return send(response, 404, { error: 'not_found' });
      const fields = await readFields(incoming, url);
      asked.push({ endpoint, fields });
      const fault = faults[endpoint].shift();
      if (fault?.kind === 'lost')
        answerOf(endpoint, { world, options, person, fields, url, incoming });
      if (fault) return sendFault(fault, response);
      answer(endpoint, { world, options, person, fields, url, incoming }, response);
    },
    { onError: () => undefined }, // a client that left
  );
  world.origin = server.origin;
  const at = (path: string): string => `${server.origin}${path}`;
  return {
    url: server.origin,
    authorizeUrl: at('/authorize'),
    tokenUrl: at('/token'),
    deviceUrl: at('/device/code'),
    codePageUrl: at('/shown'),
    keyPageUrl: at('/auth'),
    keysUrl: at('/keys'),
    copilotUrl: at('/copilot/token'),
    asked,
    rejections: world.rejections,
    decide(decision) {
      person.decision = decision;
    },
    confirm(userCode, decision = 'approve') {
      const device = [...world.devices.values()].find((one) => one.userCode === userCode);
      if (!device) throw new TypeError(`No device shows ${userCode}.`);
      device.decision = decision === 'approve' ? 'approved' : 'denied';
    },
    fail: (endpoint, ...next) => void faults[endpoint].push(...next),
    accepts: (token) => isGood(world, token, ['access', 'key', 'session']),
    revoke(token) {
      const family = world.tokens.get(token)?.family;
      if (family === undefined) throw new TypeError('No such token was given.');
      world.ended.add(family);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface Person {
  decision: 'approve' | 'deny';
}
interface Asked {
  readonly world: World;
  readonly options: OauthServerOptions;
  readonly person: Person;
  readonly fields: Fields;
  readonly url: URL;
  readonly incoming: IncomingMessage;
}
type Answered = { readonly to: string } | { readonly body: Readonly<Record<string, unknown>> };

const endpoints: Readonly<Record<string, Endpoint>> = {
  'GET /authorize': 'authorize',
  'GET /auth': 'authorize',
  'POST /token': 'token',
  'POST /device/code': 'device',
  'POST /keys': 'keys',
  'GET /copilot/token': 'copilot',
};

function createWorld(options: OauthServerOptions): World {
  const {
    clients = [defaultClient],
    clock = { now: () => performance.timeOrigin + performance.now() },
  } = options;
  return {
    clients: new Map(clients.map((client) => [client.id, client])),
    codes: new Map(),
    devices: new Map(),
    tokens: new Map<string, Token>(),
    ended: new Set(),
    rejections: [],
    now: clock.now,
    account: { email: 'ann@example.test', accountId: 'account-1' },
    lifetime: {
      accessMs: options.accessMs ?? 3_600_000,
      codeMs: options.codeMs ?? 60_000,
      deviceMs: options.deviceMs ?? 900_000,
    },
    intervalMs: options.intervalMs ?? 5000,
    origin: 'http://127.0.0.1',
  };
}

function answer(endpoint: Endpoint, asked: Asked, response: ServerResponse): void {
  try {
    const answered = answerOf(endpoint, asked);
    if ('to' in answered) response.writeHead(302, { location: answered.to }).end();
    else send(response, 200, answered.body);
  } catch (error) {
    if (!(error instanceof OauthRefusal)) throw error;
    const { rule, message, status } = error;
    if (rule) asked.world.rejections.push({ rule, message });
    const said = { error: error.error, error_description: message };
    const isTokens = endpoint === 'token' || endpoint === 'device';
    send(response, isTokens && status === 400 ? (asked.options.refusals ?? 400) : status, said);
  }
}

function answerOf(
  endpoint: Endpoint,
  { world, options, person, fields, url, incoming }: Asked,
): Answered {
  switch (endpoint) {
    case 'authorize':
      return {
        to: (url.pathname === '/auth' ? authoriseKey : authorise)(
          world,
          url.searchParams,
          person.decision,
        ),
      };
    case 'token':
      return { body: grant(world, fields) };
    case 'device':
      return { body: openDevice(world, fields) };
    case 'keys': {
      const code = spendCode(world, fields);
      code.family = nonce();
      const key = createToken(world, { kind: 'key', clientId: code.clientId, family: code.family });
      return { body: { key, user_id: 'user_1' } };
    }
    case 'copilot':
      return { body: openSession(world, options, incoming.headers.authorization ?? '') };
  }
}

/** https://www.rfc-editor.org/rfc/rfc8628#section-3.2 */
function openDevice(world: World, fields: Fields): Readonly<Record<string, unknown>> {
  const client = readClient(world, fields);
  const deviceCode = nonce();
  const userCode = `WDJB-${String(1000 + world.devices.size)}`;
  world.devices.set(deviceCode, {
    clientId: client.id,
    userCode,
    expiresAt: world.now() + world.lifetime.deviceMs,
    intervalMs: world.intervalMs,
    askedAt: undefined,
    decision: 'pending',
  });
  return {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: `${world.origin}/device`,
    expires_in: world.lifetime.deviceMs / 1000,
    interval: world.intervalMs / 1000,
  };
}

/** GitHub's: a session of Copilot for a token of GitHub. */
function openSession(
  world: World,
  { sessionMs = 1_500_000, sessionApi }: OauthServerOptions,
  authorization: string,
): Readonly<Record<string, unknown>> {
  const presented = /^(?:token|Bearer) (.+)$/i.exec(authorization)?.[1] ?? '';
  const token = world.tokens.get(presented);
  if (!token || !isGood(world, presented, ['access']))
    throw new OauthRefusal('invalid_token', 'Bad credentials', { rule: 'bearer', status: 401 });
  const { clientId, family } = token;
  return {
    token: createToken(world, { kind: 'session', clientId, family, lifeMs: sessionMs }),
    expires_at: Math.floor((world.now() + sessionMs) / 1000),
    refresh_in: Math.floor(sessionMs / 1000) - 300,
    ...(sessionApi !== undefined && { endpoints: { api: sessionApi } }),
  };
}

async function readFields(incoming: IncomingMessage, url: URL): Promise<Fields> {
  if (incoming.method === 'GET') return Object.fromEntries(url.searchParams);
  const body = await readBody(incoming);
  if (!incoming.headers['content-type']?.startsWith('application/json'))
    return Object.fromEntries(new URLSearchParams(body));
  const parsed: unknown = JSON.parse(body);
  return Object.fromEntries(
    Object.entries(parsed ?? {}).map(([name, value]) => [name, String(value)]),
  );
}

function showCode(url: URL, response: ServerResponse): void {
  const { searchParams } = url;
  const shown = `${searchParams.get('code')}#${searchParams.get('state')}`;
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<code>${shown}</code>`);
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.1: never kept on the way. */
function send(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
