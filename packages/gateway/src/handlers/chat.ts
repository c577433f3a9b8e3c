import type { InboundBody, UserPart } from '@cuttle/core-types';
import type { MediaFacts } from '@cuttle/core-types/ports';
import type { ParsedParamsOf, ResultOf } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import type { InboundFate } from '@cuttle/runtime';
import { taintOf } from '@cuttle/security/policy';
import { toSessionKey } from '@cuttle/sessions';
import { encodeCursor } from '../cursor.ts';
import type { Caller, GatewayDeps, Handlers } from '../gateway-deps.ts';
import type { InOrder } from '../in-order.ts';
import { isoTime } from '../iso-time.ts';
import { replay } from '../replay.ts';

type ChatHandlers = Pick<
  Handlers,
  | 'chat.send'
  | 'agent'
  | 'agent.wait'
  | 'chat.history'
  | 'chat.abort'
  | 'events.resume'
  | 'events.subscribe'
>;

/** What is said in a session is accepted in the order in which it came. */
export function createChatHandlers(inOrder: InOrder): ChatHandlers {
  const accept = (
    deps: GatewayDeps,
    call: { readonly params: ChatParams; readonly caller: Caller },
    signal: AbortSignal,
  ): Promise<ResultOf<'chat.send'>> => {
    const sessionKey = toSessionKey(call.params.sessionKey, deps.settings().defaultAgentId);
    return inOrder(sessionKey, () => acceptChat(deps, call, signal));
  };
  return { ...readingHandlers, 'chat.send': accept, agent: accept };
}

const readingHandlers: Omit<ChatHandlers, 'chat.send' | 'agent'> = {
  'agent.wait': (deps, { params }, signal) => waitForRun(deps, params, signal),
  'chat.history': (deps, call) => readHistory(deps, call),
  'chat.abort': (deps, call) => abortChat(deps, call),
  'events.resume': (deps, { params, caller }) => {
    if (!caller.listener)
      throw new CuttleError('request.invalid', 'Events are followed over /ws only.');
    return replay(deps, params.cursor, caller.listener);
  },
  async 'events.subscribe'(deps, { params, caller }) {
    const agentId = deps.settings().defaultAgentId;
    if (params.sessionKeys)
      caller.listener?.setFollowed(params.sessionKeys.map((key) => toSessionKey(key, agentId)));
    if (params.all !== undefined) caller.listener?.setAll(params.all);
    return { ok: true };
  },
};

type ChatParams = Pick<
  ParsedParamsOf<'chat.send'>,
  'sessionKey' | 'message' | 'idempotencyKey' | 'queueMode' | 'attachments'
>;

async function acceptChat(
  deps: GatewayDeps,
  { params, caller }: { params: ChatParams; caller: Caller },
  signal: AbortSignal,
): Promise<ResultOf<'chat.send'>> {
  if (params.message.trim() === '' && !params.attachments?.length)
    throw new CuttleError('request.invalid', 'The message is empty.');
  const { principal, door, listener } = caller;
  const provenance = {
    door,
    accountId: deps.doors.web,
    trust: principal.kind === 'owner' ? 'owner' : 'paired',
  } as const;
  listener?.follow(toSessionKey(params.sessionKey, deps.settings().defaultAgentId));
  const accepted = await deps.runtime.accept({
    door: door === 'http' ? 'http' : 'web',
    principal,
    provenance,
    taint: taintOf(provenance, 'pull'),
    key: params.idempotencyKey,
    sessionName: params.sessionKey,
    mode: params.queueMode,
    body: await toBody(deps, params, signal),
    stateless: false,
  });
  const { inboundId, status } = accepted;
  if (status !== 'command') return { runId: inboundId, status };
  const { text } = await accepted.fate(signal);
  return { runId: inboundId, status, reply: text };
}

/** Bytes are stored before the row that names them. What they are, they say themselves. */
async function toBody(
  { store, inspectMedia }: GatewayDeps,
  { message, attachments = [] }: ChatParams,
  signal: AbortSignal,
): Promise<InboundBody> {
  const parts: UserPart[] = message === '' ? [] : [{ type: 'text', text: message }];
  for (const { name, data, ...declared } of attachments) {
    const bytes = Buffer.from(data, 'base64');
    const { kind, mimeType } = inspectMedia(bytes, { ...declared, name });
    const sha256 = await store.blobs.put(bytes, mimeType, signal);
    const source = { kind: 'blob', sha256 } as const;
    parts.push({ type: partType(kind), mimeType, source, ...(name !== undefined && { name }) });
  }
  return { v: 1, parts };
}

/** A file that nobody reads is still one, and so is a film in a transcript. */
function partType(kind: MediaFacts['kind']): Exclude<UserPart['type'], 'text'> {
  return kind === 'other' || kind === 'video' ? 'document' : kind;
}

async function waitForRun(
  { runtime, store }: GatewayDeps,
  { runId, timeoutMs }: ParsedParamsOf<'agent.wait'>,
  signal: AbortSignal,
): Promise<ResultOf<'agent.wait'>> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const fate = await runtime.findFate(runId, AbortSignal.any([signal, late]));
    return toEnded(runId, fate);
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    return readProgress(store, { runId, timeoutMs });
  }
}

function toEnded(
  runId: string,
  { text, outcome, reason, state }: InboundFate,
): ResultOf<'agent.wait'> {
  return {
    runId,
    status: outcome?.status ?? (state === 'answered' ? 'completed' : state),
    text,
    ...(outcome && { outcome }),
    ...(reason !== undefined && { reason }),
  };
}

/** Of a message that has no fate yet. */
async function readProgress(
  { reader }: GatewayDeps['store'],
  { runId, timeoutMs }: ParsedParamsOf<'agent.wait'>,
): Promise<ResultOf<'agent.wait'>> {
  const inbound = await reader.findInbound({ inboundId: runId });
  const run = inbound?.runId === undefined ? undefined : await reader.findRun(inbound.runId);
  const place = inbound ? { sessionKey: inbound.sessionKey } : {};
  if (run) return { runId, status: run.state === 'parked' ? 'waiting' : 'running', ...place };
  return { runId, status: timeoutMs > 0 ? 'timeout' : 'queued', ...place };
}

async function readHistory(
  { store, settings }: GatewayDeps,
  { params, caller }: { params: ParsedParamsOf<'chat.history'>; caller: Caller },
): Promise<ResultOf<'chat.history'>> {
  const sessionKey = toSessionKey(params.sessionKey, settings().defaultAgentId);
  caller.listener?.follow(sessionKey);
  const session = await store.reader.findSession(sessionKey);
  if (!session)
    return {
      sessionKey,
      entries: [],
      queued: [],
      cursor: encodeCursor({ epoch: store.epoch, sessionId: 'none', seq: 0 }),
    };
  const { sessionId } = session;
  const { entries, queued, before, eventSeq, activeRunId } = await store.reader.readHistory({
    sessionId,
    limit: params.limit,
    before: params.before,
  });
  return {
    sessionKey,
    entries: entries.map(({ seq, runId, inboundId, step, messages, at, past }) => ({
      seq,
      ...(runId !== undefined && { runId }),
      ...(inboundId !== undefined && { inboundId }),
      ...(step !== undefined && { step }),
      messages: [...messages],
      at: isoTime(at),
      ...(past && { past }),
    })),
    queued: queued.map((row) => ({ ...row, at: isoTime(row.at) })),
    ...(before !== undefined && { before }),
    cursor: encodeCursor({ epoch: store.epoch, sessionId, seq: eventSeq }),
    ...(activeRunId !== undefined && { activeRunId }),
  };
}

async function abortChat(
  { store, runtime, settings }: GatewayDeps,
  { params }: { params: ParsedParamsOf<'chat.abort'> },
): Promise<ResultOf<'chat.abort'>> {
  const { runId } = params;
  const inbound =
    runId === undefined ? undefined : await store.reader.findInbound({ inboundId: runId });
  if (runId !== undefined && !inbound)
    throw new CuttleError('run.not-found', `No run has the id ${runId}.`);
  const sessionKey =
    inbound?.sessionKey ??
    (params.sessionKey && toSessionKey(params.sessionKey, settings().defaultAgentId));
  if (!sessionKey) throw new CuttleError('request.invalid', 'Name a sessionKey or a runId.');
  const session = await store.reader.findSession(sessionKey);
  if (!session) return { ok: true, aborted: false, runIds: [] };
  const aborted = await runtime.stop({
    sessionId: session.sessionId,
    sessionKey,
    runId: inbound?.runId ?? runId,
    by: 'user',
    cancelQueued: false,
  });
  return {
    ok: true,
    aborted: aborted !== undefined,
    runIds: aborted === undefined ? [] : [aborted],
  };
}
