import type { Message, Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { taintOf } from '@cuttle/security/policy';
import type { InboundFate, PullAccepted, PullMessage } from '@cuttle/runtime';
import { z } from 'zod';
import type { FanOut } from '../fan-out.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { type CompletionStream, createCompletionStream } from './completion-stream.ts';
import { toCompletion } from './completion.ts';
import { toWireError } from './error.ts';
import { recallAnswer, rememberAnswer } from './mixed-calls.ts';
import { toInboundBody } from './to-inbound.ts';
import { CompletionRequest } from './wire.ts';

/** A client that leaves a stateless request may come back with a retry for so long. */
const graceMs = 1000;
const heartbeatMs = 15_000;
const retryWindowMs = 60_000;

export interface CompletionCall {
  readonly principal: Principal;
  /** The body as text; parsed here. */
  readonly text: string;
  readonly header: (name: string) => string | undefined;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
}

/** `POST /v1/chat/completions`. A pull door: the stored answer is the delivery. */
export interface CompletionsDoor {
  complete(call: CompletionCall): Promise<Response>;
}

/** One accepted request, also for a retry that joins it. */
interface Pending {
  readonly accepted: PullAccepted;
  readonly fate: Promise<InboundFate>;
  /** Clients that wait for it; a stateless one that nobody waits for is stopped. */
  waiters: number;
}
interface Request {
  readonly deps: GatewayDeps;
  readonly call: CompletionCall;
  readonly wire: CompletionRequest;
}

export function createCompletionsDoor(deps: GatewayDeps, fanOut: FanOut): CompletionsDoor {
  const recent = createRecent(deps);
  return {
    async complete(call) {
      let pending: Pending | undefined;
      try {
        const wire = parseRequest(call.text);
        const request: Request = { deps, call, wire };
        const message = await toMessage(request);
        const said = message.stateless ? `${call.principal.id}\n${call.text}` : undefined;
        const isRetry = Number(call.header('x-stainless-retry-count') ?? 0) > 0;
        const answer = wire.stream === true ? createStreamAnswer(request, fanOut) : undefined;
        pending = isRetry && said !== undefined ? recent.find(said) : undefined;
        if (!pending) {
          pending = await accept(deps, message, (inboundId) => answer?.watch(inboundId));
          if (said !== undefined) recent.add(said, { pending, gone: call.gone });
        }
        if (message.stateless) stopWhenLeft(request, pending);
        return answer ? answer.respond(pending) : await wholeAnswer(request, pending);
      } catch (error) {
        const { status, body, headers } = toWireError(error, { accepted: pending !== undefined });
        return Response.json(body, { status, headers });
      }
    },
  };
}

function parseRequest(text: string): CompletionRequest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new CuttleError('request.invalid', 'The body is not valid JSON.', { cause: error });
  }
  const parsed = CompletionRequest.safeParse(raw);
  if (!parsed.success) throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
  if ((parsed.data.n ?? 1) > 1)
    throw new CuttleError('request.invalid', 'n: one answer is given per request.');
  return parsed.data;
}

async function toMessage({ deps, call, wire }: Request): Promise<PullMessage> {
  const { principal, header, gone } = call;
  const session = header('x-cuttle-session');
  const key = header('idempotency-key');
  const target = chooseModel(deps, wire.model);
  const findKept = (callId: string): Promise<readonly Message[] | undefined> =>
    recallAnswer(deps, callId);
  const body = await toInboundBody(
    wire,
    { blobs: deps.store.blobs, findKept, hasSession: session !== undefined },
    gone,
  );
  const provenance = {
    door: 'http',
    accountId: deps.doors.http,
    trust: principal.kind === 'owner' ? 'owner' : 'paired',
  } as const;
  const id = deps.newId();
  return {
    door: 'http',
    principal,
    provenance,
    taint: taintOf(provenance, 'pull'),
    key: key ?? id,
    sessionName: session ?? `http:once:${key ?? id}`,
    agentId: target.agentId,
    body: { ...body, ...(target.proxyModel !== undefined && { proxyModel: target.proxyModel }) },
    stateless: session === undefined && key === undefined,
  };
}

/** `cuttle`, `cuttle/<agent>` or `<provider>/<model>`. Throws `model.unknown`. */
function chooseModel(
  { settings, resolveModel }: GatewayDeps,
  model: string,
): { agentId?: string | undefined; proxyModel?: string | undefined } {
  if (model === 'cuttle') return {};
  const { agentIds } = settings();
  if (model.startsWith('cuttle/')) {
    const agentId = model.slice('cuttle/'.length);
    if (agentIds.includes(agentId)) return { agentId };
    throw new CuttleError('model.unknown', `There is no agent "${agentId}".`);
  }
  return { proxyModel: resolveModel(model) };
}

async function accept(
  deps: GatewayDeps,
  message: PullMessage,
  prepare: (inboundId: string) => void,
): Promise<Pending> {
  const accepted = await deps.runtime.accept(message, prepare);
  const fate = accepted.fate(new AbortController().signal);
  fate.catch(() => {}); // waiters handle it; there may be none left
  return { accepted, fate, waiters: 0 };
}

interface Recent {
  find(said: string): Pending | undefined;
  add(said: string, request: { readonly pending: Pending; readonly gone: AbortSignal }): void;
}

/** Stateless requests under way, and those of the last minute whose client was lost, by what they said: a retry of the SDK joins its run. */
function createRecent({ clock }: GatewayDeps): Recent {
  const recent = new Map<string, { readonly pending: Pending; lostAt: number | undefined }>();
  return {
    find: (said) => recent.get(said)?.pending,
    add(said, { pending, gone }) {
      const entry: { readonly pending: Pending; lostAt: number | undefined } = {
        pending,
        lostAt: undefined,
      };
      recent.set(said, entry);
      const now = clock.now();
      for (const [key, { lostAt }] of recent)
        if (lostAt !== undefined && now - lostAt > retryWindowMs) recent.delete(key);
      gone.addEventListener('abort', () => (entry.lostAt = clock.now()), { once: true });
      const done = (): void => {
        if (entry.lostAt === undefined && recent.get(said) === entry) recent.delete(said);
      };
      pending.fate.then(done, done);
    },
  };
}

/** A stateless conversation ends with its request: nobody could ever read the answer. */
function stopWhenLeft({ deps, call }: Request, pending: Pending): void {
  const { sessionId, sessionKey } = pending.accepted;
  pending.waiters += 1;
  const leave = async (): Promise<void> => {
    await deps.clock.sleep(graceMs, new AbortController().signal);
    pending.waiters -= 1;
    if (pending.waiters === 0)
      await deps.runtime.stop({ sessionId, sessionKey, by: 'disconnect', cancelQueued: true });
  };
  const onGone = (): void =>
    void leave().catch((error: unknown) =>
      deps.log.warn('A left request could not be stopped.', { error }),
    );
  call.gone.addEventListener('abort', onGone, { once: true });
  const done = (): void => call.gone.removeEventListener('abort', onGone);
  pending.fate.then(done, done);
}

async function wholeAnswer(
  { deps, call, wire }: Request,
  { accepted, fate }: Pending,
): Promise<Response> {
  const left = Promise.withResolvers<never>();
  const onGone = (): void => left.reject(call.gone.reason);
  call.gone.addEventListener('abort', onGone, { once: true });
  const ended = await Promise.race([fate, left.promise]).finally(() =>
    call.gone.removeEventListener('abort', onGone),
  );
  const body = toCompletion(ended, {
    id: `chatcmpl-${accepted.inboundId}`,
    model: wire.model,
    createdSeconds: Math.floor(deps.clock.now() / 1000),
  });
  await rememberAnswer(deps, ended);
  return Response.json(body);
}

interface StreamAnswer {
  /** Called before the message is accepted, so that no event is missed. */
  watch(inboundId: string): void;
  respond(pending: Pending): Response;
}

function createStreamAnswer({ deps, call, wire }: Request, fanOut: FanOut): StreamAnswer {
  const encoder = new TextEncoder();
  let chunks: CompletionStream | undefined;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let early = '';
  let unwatch = (): void => {};
  let pending = '';
  const flush = (): void => {
    if (controller && pending !== '') controller.enqueue(encoder.encode(pending));
    pending = '';
  };
  // What comes in one turn of the event loop leaves in one packet.
  const write = (text: string): void => {
    if (text === '') return;
    if (!controller) {
      early += text;
      return;
    }
    if (pending === '') setImmediate(flush);
    pending += text;
  };
  const begin = (inboundId: string): CompletionStream => {
    chunks ??= createCompletionStream({
      id: `chatcmpl-${inboundId}`,
      model: wire.model,
      createdSeconds: Math.floor(deps.clock.now() / 1000),
      includeUsage: wire.stream_options?.include_usage === true,
    });
    return chunks;
  };
  const watch = (inboundId: string): void => {
    unwatch();
    const stream = begin(inboundId);
    unwatch = fanOut.watchRun(inboundId, (update) => write(stream.onUpdate(update)));
  };
  return {
    watch,
    respond({ accepted, fate }) {
      const stream = begin(accepted.inboundId);
      if (accepted.status === 'duplicate') watch(accepted.inboundId);
      const beat = new AbortController();
      const close = (): void => {
        unwatch();
        beat.abort('ended');
        controller = undefined;
      };
      const end = async (): Promise<void> => {
        const last = await fate
          .then(async (ended) => {
            await rememberAnswer(deps, ended);
            return stream.end(ended);
          })
          .catch((error: unknown) => stream.fail(error));
        if (!controller) return;
        write(last);
        flush();
        controller.close();
        close();
      };
      const body = new ReadableStream<Uint8Array>({
        start(opened) {
          controller = opened;
          write(stream.start() + early);
          void heartbeat(deps, () => write(': alive\n\n'), beat.signal);
          void end();
        },
        cancel: close,
      });
      call.gone.addEventListener('abort', close, { once: true });
      return new Response(body, {
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-cache',
          'x-should-retry': 'false',
        },
      });
    },
  };
}

/** Keeps proxies from closing a stream that thinks for long. Ends by abort. */
async function heartbeat(
  { clock }: GatewayDeps,
  beat: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(heartbeatMs, signal).catch(() => {}); // ended
    if (!signal.aborted) beat();
  }
}
