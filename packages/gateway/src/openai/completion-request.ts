import type { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { PullMessage } from '@cuttle/runtime';
import { taintOf } from '@cuttle/security/policy';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { AnswerForm, Asked } from './answer-form.ts';
import { recallAnswer } from './mixed-calls.ts';
import { type FindKept, toInboundBody } from './to-inbound.ts';
import type { CompletionRequest } from './wire.ts';

export interface CompletionCall {
  readonly principal: Principal;
  /** The body as text; parsed here. */
  readonly text: string;
  readonly header: (name: string) => string | undefined;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
}

/** A request that was read, before it is accepted. */
export interface CompletionTurn {
  readonly call: CompletionCall;
  readonly asked: Asked;
  readonly message: PullMessage;
  /** Equal for a request and the SDK's retries of it; undefined where a key of the client's own says so. */
  readonly said: string | undefined;
  /** The SDKs of Stainless count their own repeats: https://github.com/openai/openai-node#retries */
  readonly isRetry: boolean;
}

/** Throws `request.invalid`, `request.unsupported` or `model.unknown`. */
export async function readTurn(
  { deps, form }: { deps: GatewayDeps; form: AnswerForm },
  call: CompletionCall,
): Promise<CompletionTurn> {
  const asked = form(parseJson(call.text));
  const session = shortHeader(call, 'x-cuttle-session');
  const key = shortHeader(call, 'idempotency-key');
  const message = await toMessage(deps, { call, wire: asked.request, session, key });
  const said =
    key === undefined ? [call.principal.id, session ?? '', call.text].join('\n') : undefined;
  const isRetry = Number(call.header('x-stainless-retry-count') ?? 0) > 0;
  return { call, asked, message, said, isRetry };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CuttleError('request.invalid', 'The body is not valid JSON.', { cause: error });
  }
}

const mostHeaderChars = 300;

function shortHeader({ header }: CompletionCall, name: string): string | undefined {
  const value = header(name)?.trim();
  if (value === undefined || (value !== '' && value.length <= mostHeaderChars)) return value;
  throw new CuttleError('request.invalid', `${name}: 1 to ${mostHeaderChars} characters.`);
}

async function toMessage(
  deps: GatewayDeps,
  {
    call: { principal, gone },
    wire,
    session,
    key,
  }: {
    call: CompletionCall;
    wire: CompletionRequest;
    session: string | undefined;
    key: string | undefined;
  },
): Promise<PullMessage> {
  const target = chooseModel(deps, wire.model);
  const findKept: FindKept = (calls) => recallAnswer(deps, { principal, calls });
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
    sessionName: session ?? `http:once:${key === undefined ? id : `${principal.id}:${key}`}`,
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
    throw new CuttleError('model.unknown', `There is no agent "${agentId.slice(0, 100)}".`);
  }
  return { proxyModel: resolveModel(model) };
}
