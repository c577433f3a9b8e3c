import type { IncomingMessage, ServerResponse } from 'node:http';
import { findMethod } from './bot-api.ts';
import { TelegramFailure } from './failure.ts';
import type { Faults } from '../faults.ts';
import type { Fault, FaultAct, FaultCall } from './faults.ts';
import type { Ledger, LedgerLine } from './ledger.ts';
import { accountMethods } from './methods/account.ts';
import { chatMethods } from './methods/chats.ts';
import { mediaMethods } from './methods/media.ts';
import { messageMethods } from './methods/messages.ts';
import type { MethodContext, MethodResult, MethodTable } from './methods/method.ts';
import { updateMethods } from './methods/updates.ts';
import { readRequest, type RequestBody } from './read-request.ts';
import { validateCall } from './validate.ts';
import type { WireResponse } from './wire.ts';

const methods: MethodTable = {
  ...accountMethods,
  ...chatMethods,
  ...mediaMethods,
  ...messageMethods,
  ...updateMethods,
};

export interface CallDeps {
  readonly context: MethodContext;
  readonly ledger: Ledger;
  readonly faults: Faults<Fault, FaultCall>;
  /** The token that is valid now. */
  readonly token: () => string | undefined;
  readonly now: () => number;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly token: string;
  readonly method: string;
}

/** One method call over HTTP: read, fault, validate, run, fault, answer; each step is in the ledger. */
export async function answerCall(deps: CallDeps, exchange: Exchange): Promise<void> {
  const gone = new AbortController();
  exchange.response.once('close', () => gone.abort());
  const name = findMethod(exchange.method);
  const line: { open?: LedgerLine } = {};
  try {
    const body = await readRequest(exchange.request, exchange.url);
    const opened = openLine(deps, { name: name ?? exchange.method, body });
    line.open = opened;
    if (exchange.token !== deps.token()) throw new TelegramFailure(401, 'Unauthorized');
    if (name === undefined) throw new TelegramFailure(404, 'Not Found');
    const call = { line: opened, exchange, method: name, signal: gone.signal };
    if (await strike(deps, call, 'before')) return;
    const result = await runMethod(deps, call, body);
    if (await strike(deps, call, 'after')) return;
    respond({ exchange, line: opened, now: deps.now }, { ok: true, ...result });
  } catch (error) {
    respond(
      { exchange, line: line.open, now: deps.now, gone: gone.signal.aborted },
      toResponse(error),
    );
  }
}

function openLine(deps: CallDeps, call: { name: string; body: RequestBody }): LedgerLine {
  const files = call.body.files.map(({ fileName }) => fileName);
  return deps.ledger.open({ method: call.name, params: call.body.params, files, unknown: [] });
}

interface Running {
  readonly line: LedgerLine;
  readonly exchange: Exchange;
  readonly method: string;
  readonly signal: AbortSignal;
}

async function runMethod(deps: CallDeps, call: Running, body: RequestBody): Promise<MethodResult> {
  const files = new Set(body.files.map(({ field }) => field));
  const valid = validateCall(call.method, body.params, files);
  call.line.update({ params: valid.params, unknown: valid.unknown });
  const method = methods[call.method];
  if (method === undefined)
    throw new TelegramFailure(
      501,
      `Not Implemented: the local server does not emulate ${call.method}`,
    );
  const result = await method(
    { method: call.method, params: valid.params, files: body.files, signal: call.signal },
    deps.context,
  );
  call.line.update({ processed: true });
  return result;
}

/** Runs a method without HTTP, as the response of a webhook may ask for. */
export async function callInProcess(
  deps: CallDeps,
  method: string,
  params: Record<string, unknown>,
): Promise<void> {
  const name = findMethod(method);
  const line = deps.ledger.open({ method: name ?? method, params, files: [], unknown: [] });
  try {
    if (name === undefined) throw new TelegramFailure(404, 'Not Found');
    const valid = validateCall(name, params, new Set());
    const result = await methods[name]?.(
      { method: name, params: valid.params, files: [], signal: AbortSignal.timeout(1000) },
      deps.context,
    );
    line.update({
      processed: true,
      state: 'answered',
      response: { ok: true, result: result?.result },
    });
  } catch (error) {
    line.update({ state: 'answered', response: toResponse(error) });
  }
}

/** Whether an injected fault took over the answer. */
export async function strike(
  deps: CallDeps,
  call: Running,
  when: 'before' | 'after',
): Promise<boolean> {
  const act = deps.faults.take({ method: call.method, params: call.line.entry.params }, when);
  if (act === undefined) return false;
  if (act === 'cut') {
    call.line.update({ state: 'cut' });
    call.exchange.request.socket.destroy();
    return true;
  }
  if (act === 'hang') {
    await new Promise<void>((resolve) =>
      call.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    call.line.update({ state: 'gone' });
    return true;
  }
  if ('wait' in act) {
    await act.wait;
    return false;
  }
  if ('code' in act) throw toFailure(act);
  call.line.update({ state: 'answered', answeredAt: deps.now() });
  call.exchange.response
    .writeHead(act.status, { 'content-type': act.contentType ?? 'text/html' })
    .end(act.body);
  return true;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

function toFailure(act: Exclude<Extract<FaultAct, { code: number }>, string>): TelegramFailure {
  const { code, retryAfter, migrateTo } = act;
  const reason = reasons[code] ?? 'Error';
  const fallback = code === 429 ? `${reason}: retry after ${retryAfter ?? 1}` : reason;
  const parameters = {
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    ...(migrateTo === undefined ? {} : { migrate_to_chat_id: migrateTo }),
  };
  return new TelegramFailure(
    code,
    act.description ?? fallback,
    Object.keys(parameters).length === 0 ? undefined : parameters,
  );
}

function toResponse(error: unknown): WireResponse {
  if (!(error instanceof TelegramFailure))
    return { ok: false, error_code: 500, description: `Internal Server Error: ${String(error)}` };
  return {
    ok: false,
    error_code: error.code,
    description: error.message,
    ...(error.parameters === undefined ? {} : { parameters: error.parameters }),
  };
}

function respond(
  at: { exchange: Exchange; line: LedgerLine | undefined; now: () => number; gone?: boolean },
  body: WireResponse,
): void {
  if (at.gone === true) {
    at.line?.update({ state: 'gone' });
    return;
  }
  at.line?.update({ state: 'answered', response: body, answeredAt: at.now() });
  const text = JSON.stringify(body);
  at.exchange.response
    .writeHead(body.ok ? 200 : (body.error_code ?? 500), {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    })
    .end(text);
}
