import { type Exchange, send, type Strike, strike } from '../exchange.ts';
import type { FaultMoment, Faults } from '../faults.ts';
import { findMethod } from './bot-api.ts';
import { TelegramFailure } from './failure.ts';
import type { Fault, FaultAct, FaultCall, TelegramRefusal } from './faults.ts';
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

/** A call of a method, or of a file. */
export interface BotExchange extends Exchange {
  readonly url: URL;
  readonly token: string;
  readonly method: string;
}

/** One method call over HTTP: read, fault, validate, run, fault, answer; each step is in the ledger. */
export async function answerCall(deps: CallDeps, exchange: BotExchange): Promise<void> {
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
    const call = { line: opened, method: name, signal: gone.signal };
    const struck = struckBy(deps, opened);
    if (await strike(exchange, { ...struck, act: takeFault(deps, call, 'before') })) return;
    const result = await runMethod(deps, call, body);
    if (await strike(exchange, { ...struck, act: takeFault(deps, call, 'after') })) return;
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
  readonly method: string;
  readonly signal: AbortSignal;
}

function takeFault(
  { faults }: CallDeps,
  { line, method }: Running,
  when: FaultMoment,
): FaultAct | undefined {
  return faults.take({ method, params: line.entry.params }, when);
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

/** How a fault of a call is worded, and ends in its line. */
export function struckBy(
  { now }: Pick<CallDeps, 'now'>,
  line: LedgerLine,
): Omit<Strike<TelegramRefusal>, 'act'> {
  return {
    refuse(refusal) {
      throw toFailure(refusal);
    },
    onEnd({ state }) {
      line.update(state === 'answered' ? { state, answeredAt: now() } : { state });
    },
  };
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

function toFailure(refusal: TelegramRefusal): TelegramFailure {
  const { code, retryAfter, migrateTo, description } = refusal;
  const reason = reasons[code] ?? 'Error';
  const fallback = code === 429 ? `${reason}: retry after ${retryAfter ?? 1}` : reason;
  const parameters = {
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    ...(migrateTo === undefined ? {} : { migrate_to_chat_id: migrateTo }),
  };
  return new TelegramFailure(
    code,
    description ?? fallback,
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
  at: { exchange: BotExchange; line: LedgerLine | undefined; now: () => number; gone?: boolean },
  body: WireResponse,
): void {
  if (at.gone === true) {
    at.line?.update({ state: 'gone' });
    return;
  }
  at.line?.update({ state: 'answered', response: body, answeredAt: at.now() });
  send(at.exchange.response, {
    status: body.ok ? 200 : (body.error_code ?? 500),
    contentType: 'application/json',
    body: JSON.stringify(body),
  });
}
