import type { Json, Principal } from '@cuttle/core-types';
import { CuttleError, toCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import { exportPerson, readTrace } from '@cuttle/sessions';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { z } from 'zod';
import { answerProbe } from './answer-probe.ts';
import type { Authenticator } from './authenticate.ts';
import { cookieName } from './authenticate.ts';
import { callMethod } from './call-method.ts';
import { readBearer } from './bearer.ts';
import { readCookie } from './cookies.ts';
import { describeOpenapi } from './describe-openapi.ts';
import type { GatewayDeps, Handlers } from './gateway-deps.ts';
import { answerMedia, mediaPath, mediaPolicy } from './media-route.ts';
import { renderMetrics } from './metrics.ts';
import type { CompletionsDoor } from './openai/completions-route.ts';
import { answerEmbeddings } from './openai/embeddings-route.ts';
import { toWireError } from './openai/error.ts';
import { checkOrigin } from './origin.ts';
import { exportPath, toPersonRef } from './handlers/privacy.ts';
import { addHooks } from './hooks/hook-routes.ts';
import { createRateLimit } from './rate-limit.ts';
import { requireScope } from './require-scope.ts';

/** Variables of a request. `address` comes from the socket, never from a header. */
export interface HttpEnv {
  Bindings: { readonly address: string; readonly gone: AbortSignal };
  Variables: { principal: Principal };
}
type Request = Context<HttpEnv>;

export interface HttpParts {
  readonly deps: GatewayDeps;
  readonly handlers: Handlers;
  readonly authenticator: Authenticator;
  readonly completions: CompletionsDoor;
  readonly responses: CompletionsDoor;
  readonly connections: () => number;
}

/** The HTTP side of the gateway. */
export function createHttpApp(parts: HttpParts): Hono<HttpEnv> {
  const { deps } = parts;
  const app = new Hono<HttpEnv>();
  // Said before the headers of the page are, it is set after them.
  app.use('/media/*', async (c, next) => {
    await next();
    c.res.headers.set('content-security-policy', mediaPolicy);
  });
  app.use(secureHeaders(headers));
  app.use(async (c, next) => {
    checkOrigin(
      {
        host: c.req.header('host'),
        origin: c.req.method === 'GET' ? undefined : c.req.header('origin'),
      },
      deps.settings(),
    );
    await next();
  });
  app.use(limitBody(deps));
  app.onError((error, c) => refuse(deps, c, error));
  app.notFound((c) =>
    refuse(deps, c, new CuttleError('request.not-found', `There is nothing at ${c.req.path}.`)),
  );
  addProbes(app, parts);
  addLogin(app, parts);
  addApi(app, parts);
  addExport(app, parts);
  addMedia(app, parts);
  addHooks(app, parts);
  addPage(app, parts);
  return app;
}

/** A length that is announced is held to by Node's parser: only a body of unknown length is counted as it is read, which is dear. */
function limitBody(deps: HttpParts['deps']): MiddlewareHandler<HttpEnv> {
  const refuseBody = (): never => {
    const { bodyBytes } = deps.settings();
    throw new CuttleError('request.too-large', `The body is larger than ${bodyBytes} bytes.`);
  };
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const maxSize = deps.settings().bodyBytes;
    const announced = c.req.header('content-length');
    if (announced === undefined || c.req.header('transfer-encoding') !== undefined)
      return bodyLimit({ maxSize, onError: refuseBody })(c, next);
    if (Number(announced) > maxSize) refuseBody();
    return next();
  };
}

/** The page brings everything with it; nothing else may be loaded, framed or run. */
const headers = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    mediaSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    workerSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  crossOriginOpenerPolicy: 'same-origin',
  crossOriginResourcePolicy: 'same-origin',
  strictTransportSecurity: false, // loopback speaks plain HTTP; TLS turns it on
};

function addProbes(app: Hono<HttpEnv>, { deps, connections, authenticator }: HttpParts): void {
  const { facts } = deps;
  for (const path of ['/health', '/ready'])
    app.get(path, (c) => {
      const answer = answerProbe(facts, path);
      return answer ? c.json(answer.body, answer.status) : c.notFound();
    });
  app.get('/metrics', async (c) => {
    const principal = await authenticate(c, { deps, authenticator });
    // The same as `status`, in numbers.
    requireScope(principal, { name: 'metrics', scope: 'operator.read' });
    return c.text(await renderMetrics(deps, connections()), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
}

const CodeBody = z.object({ code: z.string().min(1).max(500) });

function addLogin(app: Hono<HttpEnv>, { deps, authenticator }: HttpParts): void {
  app.post('/auth/code', async (c) => {
    const body = CodeBody.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) throw new CuttleError('request.invalid', z.prettifyError(body.error));
    const { cookie, maxAgeSeconds } = await authenticator.tradeCode(body.data.code, c.env.address);
    c.header(
      'set-cookie',
      `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`,
    );
    deps.log.info('A browser logged in.');
    return c.body(null, 204);
  });
  app.post('/auth/logout', async (c) => {
    const cookie = readCookie(c.req.header('cookie'), cookieName);
    if (cookie !== undefined) await authenticator.endCookie(cookie);
    c.header('set-cookie', `${cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
    return c.body(null, 204);
  });
}

function addApi(
  app: Hono<HttpEnv>,
  { deps, authenticator, handlers, completions, responses }: HttpParts,
): void {
  const limit = createRateLimit({ points: deps.settings().requestsPerMinute, seconds: 60 });
  app.use('/v1/*', async (c, next) => {
    const principal = await authenticate(c, { deps, authenticator });
    const waitMs = await limit.take(principal.id);
    if (waitMs !== undefined)
      throw new CuttleError('request.rate-limited', 'Too many requests in this minute.', {
        retryAfterMs: waitMs,
      });
    c.set('principal', principal);
    await next();
  });
  const doors = { '/v1/chat/completions': completions, '/v1/responses': responses };
  for (const [path, door] of Object.entries(doors))
    app.post(path, async (c) =>
      door.complete({
        principal: c.var.principal,
        text: await c.req.text(),
        header: (name) => c.req.header(name),
        gone: c.env.gone,
      }),
    );
  app.post('/v1/embeddings', async (c) =>
    answerEmbeddings(deps, { principal: c.var.principal, text: await c.req.text() }, c.env.gone),
  );
  app.get('/v1/models', (c) => {
    // The same as `models.list`, in OpenAI's shape.
    requireScope(c.var.principal, { name: 'models.list', scope: 'operator.read' });
    return c.json(listModels(deps));
  });
  let document: Json | undefined;
  app.get('/openapi.json', (c) => {
    document ??= describeOpenapi({ version: deps.facts.version, url: deps.facts.url() });
    return c.json(document);
  });
  app.post('/api/:method', async (c) => {
    const principal = await authenticate(c, { deps, authenticator });
    const text = await c.req.text();
    const params = text === '' ? {} : parseParams(text);
    const caller = { principal, door: 'http' as const };
    const result = await callMethod(
      deps,
      { name: c.req.param('method'), params, caller, handlers },
      c.env.gone,
    );
    return c.json(result ?? null);
  });
  // Some platforms ask by GET whether the address is ours.
  app.on(['GET', 'POST'], '/hooks/:channel/:account', (c) => {
    const { channel, account } = c.req.param();
    return deps.runtime.receiveWebhook({ channel, name: account, request: c.req.raw }, c.env.gone);
  });
}

/** What is kept of a person, as one file. */
function addExport(app: Hono<HttpEnv>, { deps, authenticator, handlers }: HttpParts): void {
  app.get(exportPath, async (c) => {
    const principal = await authenticate(c, { deps, authenticator });
    const caller = { principal, door: 'http' as const };
    const params = { personId: c.req.query('personId'), identity: c.req.query('identity') };
    // Who may, and whom it names, is decided as for the method.
    const call = { name: 'sessions.export_user', params, caller, handlers };
    await callMethod(deps, call, c.env.gone);
    const person = await readTrace(deps.store.reader, toPersonRef(params));
    const parts = exportPerson(
      { ...deps, ...deps.store, areas: deps.purge.areas },
      person,
      c.env.gone,
    );
    return new Response(toStream(parts), {
      headers: { 'content-type': 'application/x-tar', 'cache-control': 'no-store' },
    });
  });
}

/** What came with the messages of conversations. */
function addMedia(app: Hono<HttpEnv>, { deps, authenticator }: HttpParts): void {
  app.get(mediaPath, async (c) => {
    const principal = await authenticate(c, { deps, authenticator });
    const asked = { principal, sha256: c.req.param('sha256'), name: c.req.query('name') };
    return answerMedia(deps, asked, c.env.gone);
  });
}

/** Agents, models, and what makes vectors; OpenAI's list tells no more of each than its name. */
function listModels(deps: GatewayDeps): object {
  const own = ['cuttle', ...deps.settings().agentIds.map((id) => `cuttle/${id}`)];
  const created = Math.floor((deps.clock.now() - deps.facts.uptimeMs()) / 1000);
  const embedding = deps.embedders.chosen() ?? [];
  const refs = new Set([...own, ...deps.modelRefs()].concat(embedding));
  const data = [...refs].map((id) => ({
    id,
    object: 'model',
    created,
    owned_by: id.split('/')[0] ?? 'cuttle',
  }));
  return { object: 'list', data };
}

function parseParams(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CuttleError('request.invalid', 'The body is not valid JSON.', { cause: error });
  }
}

function addPage(app: Hono<HttpEnv>, { deps }: HttpParts): void {
  app.get('*', async (c) => {
    const path = c.req.path === '/' ? '/index.html' : c.req.path;
    const file = await deps.page(path);
    if (!file) return c.notFound();
    c.header('content-type', file.contentType);
    c.header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    return c.body(file.bytes);
  });
}

/** A bearer token, or the page's cookie. */
async function authenticate(
  c: Request,
  { authenticator }: Pick<HttpParts, 'deps' | 'authenticator'>,
): Promise<Principal> {
  const bearer = readBearer(c.req.header('authorization'));
  const cookie = bearer === undefined ? readCookie(c.req.header('cookie'), cookieName) : undefined;
  const known = cookie === undefined ? undefined : await authenticator.byCookie(cookie);
  return known ?? authenticator.byToken(bearer ?? '', c.env.address);
}

/** Every failure leaves with a code, what happened and the next step; OpenAI's paths in OpenAI's shape. */
function refuse(deps: GatewayDeps, c: Request, error: unknown): Response {
  const { traits } = toCuttleError(error);
  if (!traits.expose) deps.log.error('A request failed.', { error, path: c.req.path });
  if (c.req.path.startsWith('/v1/')) {
    const { status, body, headers: extra } = toWireError(error, { accepted: false });
    return Response.json(body, { status, headers: extra });
  }
  const body = toErrorBody(error);
  const retry =
    body.retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(body.retryAfterMs / 1000)) };
  return Response.json({ error: body }, { status: traits.status, headers: retry });
}

/** Read as fast as the client takes it; a client that leaves ends the reading. */
function toStream(parts: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const reading = parts[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await reading.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await reading.return?.();
    },
  });
}
