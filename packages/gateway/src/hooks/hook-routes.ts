import { CuttleError } from '@cuttle/core-types/errors';
import type { PullMessage } from '@cuttle/runtime';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { readBearer } from '../bearer.ts';
import type { HttpEnv, HttpParts } from '../http-app.ts';
import { createRateLimit } from '../rate-limit.ts';
import { toAgentMessage, toWakeMessage } from './to-message.ts';
import { AgentHook, type HookAnswer, WakeHook } from './wire.ts';

/** `POST /hooks/agent` and `POST /hooks/wake`: where other programs hand in messages. A pull door with a token of its own. */
export function addHooks(app: Hono<HttpEnv>, { deps, authenticator }: HttpParts): void {
  const { bodyBytes, requestsPerMinute } = deps.settings().hooks;
  const limit = createRateLimit({ points: requestsPerMinute, seconds: 60 });
  const accept = async (c: Context<HttpEnv>, message: PullMessage): Promise<Response> => {
    const { inboundId, sessionKey, status } = await deps.runtime.accept(message);
    if (status === 'command') throw new TypeError('A message of a hook is no command.');
    const answer: HookAnswer = { ok: true, runId: inboundId, sessionKey, status };
    return c.json(answer, 202);
  };
  const paths = ['/hooks/agent', '/hooks/wake'];
  app.on('POST', paths, async (c, next) => {
    const { address } = c.env;
    const token = readBearer(c.req.header('authorization')) ?? '';
    c.set('principal', await authenticator.byHookToken(token, address));
    const waitMs = await limit.take(address);
    if (waitMs !== undefined)
      throw new CuttleError('request.rate-limited', 'Too many requests in this minute.', {
        retryAfterMs: waitMs,
      });
    await next();
  });
  app.on(
    'POST',
    paths,
    bodyLimit({
      maxSize: bodyBytes,
      onError: () => {
        throw new CuttleError('request.too-large', `The body is larger than ${bodyBytes} bytes.`);
      },
    }),
  );
  app.post('/hooks/agent', async (c) => {
    const hook = await readBody(c, AgentHook);
    return accept(c, toAgentMessage(deps, hook, senderOf(c)));
  });
  app.post('/hooks/wake', async (c) => {
    const hook = await readBody(c, WakeHook);
    return accept(c, toWakeMessage(deps, hook, senderOf(c)));
  });
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
