import type { IncomingMessage, ServerResponse } from 'node:http';
import { Json } from '@cuttle/core-types';
import type { Ledger, LedgerLine } from '../call-ledger.ts';
import { type HttpAnswer, readBytes, readForm, send, type Strike, strike } from '../exchange.ts';
import type { Faults } from '../faults.ts';
import { DiscordFailure, failures } from './failure.ts';
import type { DiscordRefusal, Fault, FaultCall } from './faults.ts';
import type { Asked as AskedFacts, LedgerEntry } from './ledger.ts';
import type { RateLimiter } from './limits.ts';
import type { Route, RouteAnswer, RouteCall, RouteContext, UploadedFile } from './route.ts';
import { accountRoutes } from './routes/account.ts';
import { guildRoutes } from './routes/guilds.ts';
import { interactionRoutes } from './routes/interactions.ts';
import { messageRoutes } from './routes/messages.ts';
import { placeRoutes } from './routes/places.ts';

export interface CallDeps {
  readonly context: RouteContext;
  readonly ledger: Ledger<LedgerEntry, AskedFacts>;
  readonly faults: Faults<Fault, FaultCall>;
  readonly limiter: RateLimiter | undefined;
  readonly token: () => string | undefined;
}

const maxBytes = 25 * 1024 * 1024;

const routes: readonly (Route & { readonly pattern: RegExp })[] = [
  ...messageRoutes,
  ...placeRoutes,
  ...guildRoutes,
  ...accountRoutes,
  ...interactionRoutes,
].map((route) => ({ ...route, pattern: toPattern(route.path) }));

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

/** One call of the REST API, from its first byte to its answer. https://discord.com/developers/docs/reference */
export async function answerCall(
  deps: CallDeps,
  { request, response, url }: { request: IncomingMessage; response: ServerResponse; url: URL },
): Promise<void> {
  const path = decode(url.pathname.replace(/^\/api\/v\d+/, ''));
  const exchange = { request, response };
  const method = request.method ?? 'GET';
  const matching = routes.filter(({ pattern }) => pattern.test(path));
  const route = matching.find((one) => one.method === method && isFirst(one, path));
  const sent = await readBody(request);
  const call: RouteCall = {
    params: route ? { ...route.pattern.exec(path)?.groups } : {},
    query: url.searchParams,
    ...sent,
  };
  const name = route?.path ?? path;
  const line = deps.ledger.open({
    method,
    route: name,
    path,
    query: Object.fromEntries(url.searchParams),
    body: sent.body,
  });
  const about = { method, route: name, body: sent.body };
  const struck = struckBy(line);
  if (await strike(exchange, { ...struck, act: deps.faults.take(about, 'before') })) return;
  const answer = answerFor(deps, { route, isKnown: matching.length > 0, call, request });
  if (answer.status < 400) line.update({ processed: true });
  else if (answer.status === 429) line.update({ isOverLimit: true });
  if (await strike(exchange, { ...struck, act: deps.faults.take(about, 'after') })) return;
  send(response, toAnswer(answer));
  line.update({ status: answer.status, state: 'answered' });
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** `/users/@me` is not a user of that id. */
function isFirst({ path }: Route, actual: string): boolean {
  return !actual.includes('/@me') || path.includes('@me');
}

interface FullAnswer extends RouteAnswer {
  readonly headers?: Readonly<Record<string, string>>;
}

interface Asked {
  readonly route: Route | undefined;
  /** The path is there, perhaps by another method. */
  readonly isKnown: boolean;
  readonly call: RouteCall;
  readonly request: IncomingMessage;
}

function answerFor(deps: CallDeps, asked: Asked): FullAnswer {
  try {
    return runRoute(deps, permittedRoute(deps, asked), asked.call);
  } catch (error) {
    if (!(error instanceof DiscordFailure)) throw error;
    return { status: error.status, body: error.body };
  }
}

function permittedRoute(deps: CallDeps, { route, isKnown, request }: Asked): Route {
  const token = deps.token();
  const isBot = token !== undefined && request.headers.authorization === `Bot ${token}`;
  const isAllowed = route?.open === true || isBot;
  if (!isAllowed) throw failures.unauthorised();
  if (route === undefined) throw isKnown ? failures.methodNotAllowed() : failures.notFound();
  return route;
}

function runRoute(deps: CallDeps, route: Route, call: RouteCall): FullAnswer {
  if (deps.limiter === undefined || route.open === true) return route.run(deps.context, call);
  const { channel, guild } = call.params;
  const rule = `${route.method} ${route.path}`;
  const { headers, retryMs, global } = deps.limiter.take({ rule, major: channel ?? guild ?? '' });
  if (retryMs !== undefined) return limited(retryMs / 1000, global, headers);
  try {
    return { ...route.run(deps.context, call), headers };
  } catch (error) {
    if (!(error instanceof DiscordFailure)) throw error;
    return { status: error.status, body: error.body, headers };
  }
}

/** https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit */
function limited(
  seconds: number,
  isGlobal: boolean,
  headers: Readonly<Record<string, string>> = {},
): FullAnswer {
  const body = { message: 'You are being rate limited.', retry_after: seconds, global: isGlobal };
  const scope = isGlobal
    ? { 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' }
    : { 'x-ratelimit-scope': 'user' };
  return {
    status: 429,
    body,
    headers: { ...scope, ...headers, 'retry-after': String(Math.ceil(seconds)) },
  };
}

/** How a fault of a call is worded, and ends in its line. */
export function struckBy(line: LedgerLine<LedgerEntry>): Omit<Strike<DiscordRefusal>, 'act'> {
  return {
    onEnd: (end) => line.update(end.state === 'gone' ? { state: 'cut' } : end),
    refuse: ({ status, code, message, retryAfter, global }) =>
      toAnswer(
        status === 429
          ? limited(retryAfter ?? 1, global ?? false)
          : { status, body: { message: message ?? `${status}: Failed`, code: code ?? 0 } },
      ),
  };
}

function toAnswer({ status, body, headers }: FullAnswer): HttpAnswer {
  if (body === undefined) return { status, body: '', headers };
  return { status, body: JSON.stringify(body), contentType: 'application/json', headers };
}

/** JSON, or a form with `payload_json` and files. https://discord.com/developers/docs/reference#uploading-files */
async function readBody(
  request: IncomingMessage,
): Promise<{ body: Json; files: readonly UploadedFile[] }> {
  const all = await readBytes(request, maxBytes);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data'))
    return { body: parseText(Buffer.from(all).toString()), files: [] };
  const form = await readForm(all, type);
  const files: UploadedFile[] = [];
  for (const [name, value] of form)
    if (typeof value !== 'string')
      files.push({
        name,
        filename: value.name,
        contentType: value.type,
        bytes: new Uint8Array(await value.arrayBuffer()),
      });
  const payload = form.get('payload_json');
  return { body: typeof payload === 'string' ? parseText(payload) : null, files };
}

function parseText(text: string): Json {
  if (text === '') return null;
  try {
    return Json.parse(JSON.parse(text));
  } catch {
    return { invalid: text.slice(0, 1000) };
  }
}
