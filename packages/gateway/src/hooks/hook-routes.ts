import type { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { PullMessage } from '@cuttle/runtime';
import { equalsSecret } from '@cuttle/security';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { readBearer } from '../bearer.ts';
import type { HttpEnv, HttpParts } from '../http-app.ts';
import { createRateLimit } from '../rate-limit.ts';
import { type HookMapping, isSigned, isWanted, readPayload, toMapped } from './mapped-hook.ts';
import { toAgentMessage, toWakeMessage } from './to-message.ts';
import { AgentHook, type HookAnswer, WakeHook } from './wire.ts';

/** `POST /hooks/agent`, `POST /hooks/wake` and the named hooks beside them: where other programs hand in messages. A pull door with tokens of its own. */
export function addHooks(app: Hono<HttpEnv>, { deps, authenticator }: HttpParts): void {
  const { bodyBytes, requestsPerMinute } = deps.settings().hooks;
  const limit = createRateLimit({ points: requestsPerMinute, seconds: 60 });
  const accept = async (c: Context<HttpEnv>, message: PullMessage): Promise<Response> => {
    const { inboundId, sessionKey, status } = await deps.runtime.accept(message);
    if (status === 'command') throw new TypeError('A message of a hook is no command.');
    const answer: HookAnswer = { ok: true, runId: inboundId, sessionKey, status };
    return c.json(answer, 202);
  };
  app.post(
    '/hooks/:name',
    bodyLimit({
      maxSize: bodyBytes,
      onError: () => {
        throw new CuttleError('request.too-large', `The body is larger than ${bodyBytes} bytes.`);
      },
    }),
    async (c, next) => {
      const { address } = c.env;
      c.set('principal', await readProof(c, { deps, authenticator }));
      const waitMs = await limit.take(address);
      if (waitMs !== undefined)
        throw new CuttleError('request.rate-limited', 'Too many requests in this minute.', {
          retryAfterMs: waitMs,
        });
      await next();
    },
  );
  app.post('/hooks/agent', async (c) => {
    const hook = await readBody(c, AgentHook);
    return accept(c, toAgentMessage(deps, hook, senderOf(c)));
  });
  app.post('/hooks/wake', async (c) => {
    const hook = await readBody(c, WakeHook);
    return accept(c, toWakeMessage(deps, hook, senderOf(c)));
  });
  app.post('/hooks/:name', async (c) => {
    const name = c.req.param('name');
    const mapping = findMapping(deps, name);
    if (!mapping) throw new CuttleError('request.not-found', `There is no hook "${name}".`);
    const payload = readPayload(await c.req.text(), c.req.header('content-type') ?? '');
    const facts = { payload, headers: c.req.header(), query: c.req.query() };
    if (!isWanted(mapping, facts)) return c.json({ ok: true, status: 'ignored' }, 200);
    const { hook, key } = toMapped(mapping, facts);
    const { principal, key: given = key } = senderOf(c);
    // Programs number their deliveries each on its own.
    const sender = { principal, key: `${name}:${given ?? deps.newId()}` };
    if (mapping.action === 'agent') return accept(c, toAgentMessage(deps, hook, sender));
    return accept(c, toWakeMessage(deps, { text: hook.message, mode: 'now' }, sender));
  });
}

function findMapping({ settings }: HttpParts['deps'], name: string): HookMapping | undefined {
  const { mappings } = settings().hooks;
  return Object.hasOwn(mappings, name) ? mappings[name] : undefined;
}

/** Who calls: by the signature or the token of the hook itself, else by that of all hooks. */
async function readProof(
  c: Context<HttpEnv>,
  { deps, authenticator }: Pick<HttpParts, 'deps' | 'authenticator'>,
): Promise<Principal> {
  const { address } = c.env;
  const token = readBearer(c.req.header('authorization')) ?? '';
  const mapping = findMapping(deps, c.req.param('name') ?? '');
  const { signature, token: own } = mapping ?? {};
  if (deps.settings().hooks.token === undefined || (!signature && own === undefined))
    return authenticator.byHookToken(token, address);
  const prove = async (): Promise<boolean> =>
    signature
      ? isSigned(signature, await c.req.arrayBuffer(), c.req.header(signature.header))
      : own !== undefined && token !== '' && equalsSecret(token, own);
  return authenticator.byHookProof(prove, address);
}

async function readBody<Schema extends z.ZodType>(
  c: Context<HttpEnv>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await c.req.text();
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new CuttleError('request.invalid', 'The body is not valid JSON.', { cause: error });
  }
  const body = schema.safeParse(raw);
  if (!body.success) throw new CuttleError('request.invalid', z.prettifyError(body.error));
  return body.data;
}

const mostKeyChars = 300;

function senderOf(c: Context<HttpEnv>): Parameters<typeof toAgentMessage>[2] {
  const key = c.req.header('idempotency-key')?.trim();
  if (key !== undefined && (key === '' || key.length > mostKeyChars))
    throw new CuttleError('request.invalid', `idempotency-key: 1 to ${mostKeyChars} characters.`);
  return { principal: c.var.principal, key };
}
