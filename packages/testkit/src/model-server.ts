import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type {
  EmbeddingCall,
  EmbeddingContent,
  EmbeddingScript,
  EmbeddingTurn,
} from './embedding-call.ts';
import { createIdSource, type IdSource } from './id-source.ts';
import { openLoopbackServer } from './loopback-server.ts';
import { type CallContent, countPromptTokens, type ModelCall } from './model-call.ts';
import { createRequestLog, type RecordedRequest } from './recorded-request.ts';
import { createTurnSource, isErrorTurn, type Script, type TurnPart } from './scripted-turns.ts';
import type { ErrorTurn } from './http-fault.ts';
import { placeFaults } from './fault-placement.ts';
import { withFaults } from './whole-answer.ts';
import { wordVector } from './word-vector.ts';
import { type AnswerTarget, type WriteMode, writeAnswer } from './wire-writer.ts';
import type { WireAnswer } from './wire-frame.ts';

export interface ServedModel {
  readonly id: string;
  /** Tokens that prompt and answer share; a longer prompt is refused. */
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
}

export interface ModelServerOptions {
  /** What the service answers. */
  readonly script: Script;
  /** What goes wrong with embeddings, which are answered by hashing the words of each text. */
  readonly embeddings?: EmbeddingScript;
  /** The keys it takes; `test-key` by default. */
  readonly apiKeys?: readonly string[];
  readonly port?: number;
  /** `skipped` takes any request that can be read, to measure a client without our checks. */
  readonly rules?: 'enforced' | 'skipped';
  readonly writes?: WriteMode;
  readonly maxRequests?: number;
  /** Makes the ids of answers and tool calls foreseeable; see `IdSource`. */
  readonly idSeed?: string;
}

/** A request that the service turned down. `rule` is the client's fault, `condition` the circumstances' (key, model, context, size). */
export interface Rejection {
  readonly request: RecordedRequest;
  readonly cause: 'rule' | 'condition';
  readonly status: number;
  readonly message: string;
}

/** A model service on 127.0.0.1. Disposal closes it and destroys its connections. */
export interface ModelServer extends AsyncDisposable {
  /** The base URL that the official SDK of the service expects. */
  readonly url: string;
  readonly origin: string;
  /** Every request, also those that were turned down. */
  readonly requests: readonly RecordedRequest[];
  /** Model calls that kept all rules, in order of arrival. */
  readonly calls: readonly ModelCall[];
  /** Requests for embeddings that kept all rules, in order of arrival. */
  readonly embeddingCalls: readonly EmbeddingCall[];
  readonly rejections: readonly Rejection[];
  /** What no test wants: calls without a turn, broken rules, faults of the script itself. */
  readonly violations: readonly string[];
  /** Resolves once that many model calls have arrived since the start; rejects with `signal.reason`. */
  untilCalls(count: number, signal: AbortSignal): Promise<void>;
  /** The same for requests for embeddings. */
  untilEmbeddings(count: number, signal: AbortSignal): Promise<void>;
  /** Throws if turns are left over or anything is in `violations`. */
  assertDone(): void;
}

/** What a request means in a service's dialect. */
export type Routed =
  | { readonly kind: 'answer'; readonly answer: WireAnswer }
  | {
      readonly kind: 'rejection';
      readonly cause: Rejection['cause'];
      readonly message: string;
      readonly answer: WireAnswer;
    }
  | {
      readonly kind: 'call';
      readonly call: CallContent;
      encode(parts: readonly TurnPart[], context: EncodeContext): WireAnswer;
    }
  | {
      readonly kind: 'embedding';
      readonly call: EmbeddingContent;
      encode(vectors: readonly (readonly number[])[]): WireAnswer;
    };

export interface EncodeContext {
  readonly ids: IdSource;
  readonly promptTokens: number;
}

/** One service's wire: how requests are read and checked, and how turns and errors look. */
export interface Dialect {
  /** `headers` are as they came, with the secrets that the record leaves out. */
  route(request: RecordedRequest, headers: IncomingHttpHeaders): Routed;
  encodeError(turn: ErrorTurn, ids: IdSource): WireAnswer;
  /** Where the base URL lies under the origin, such as `/v1`. */
  readonly basePath: string;
}

/** The key that a server takes when it is told of no other. */
export const defaultApiKey = 'test-key';

export async function openModelServer(
  dialect: Dialect,
  options: ModelServerOptions,
): Promise<ModelServer> {
  const state = createState(options);
  const { apiKeys = [defaultApiKey], maxRequests = 10_000, writes = 'together' } = options;
  const log = createRequestLog({ apiKeys, maxRequests });
  async function listener(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const recording = await log.record(incoming, response);
    if (recording.gone.aborted) return;
    const routed = dialect.route(recording.request, incoming.headers);
    const answer = await answerTo(recording.request, routed, { dialect, state });
    forgetCalls(state.calls, log.requests[0]);
    await writeAnswer(answer, { response, recording, writes } satisfies AnswerTarget);
  }
  const server = await openLoopbackServer(listener, {
    ...(options.port === undefined ? {} : { port: options.port }),
    onError: (error) => state.violations.push(`The server failed: ${String(error)}`),
  });
  return {
    url: `${server.origin}${dialect.basePath}`,
    origin: server.origin,
    requests: log.requests,
    calls: state.calls,
    embeddingCalls: state.embeddingCalls,
    rejections: state.rejections,
    violations: state.violations,
    untilCalls: (count, signal) =>
      untilCalls({ state, seen: () => state.callCount, count }, signal),
    untilEmbeddings: (count, signal) =>
      untilCalls({ state, seen: () => state.embeddingCalls.length, count }, signal),
    assertDone: () => assertDone(state),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Calls are remembered for as long as their requests are. */
function forgetCalls(calls: ModelCall[], oldest: RecordedRequest | undefined): void {
  while (oldest !== undefined && (calls[0]?.request.order ?? oldest.order) < oldest.order) {
    calls.shift();
  }
}

interface ServerState {
  readonly turns: ReturnType<typeof createTurnSource>;
  readonly ids: IdSource;
  readonly calls: ModelCall[];
  readonly embeddings: EmbeddingScript;
  readonly embeddingCalls: EmbeddingCall[];
  readonly rejections: Rejection[];
  readonly violations: string[];
  readonly arrivals: EventTarget;
  callCount: number;
}

function createState({ script, embeddings = [], idSeed }: ModelServerOptions): ServerState {
  return {
    turns: createTurnSource(script),
    ids: createIdSource(idSeed),
    calls: [],
    embeddings,
    embeddingCalls: [],
    rejections: [],
    violations: [],
    arrivals: new EventTarget(),
    callCount: 0,
  };
}

interface Desk {
  readonly dialect: Dialect;
  readonly state: ServerState;
}

async function answerTo(request: RecordedRequest, routed: Routed, desk: Desk): Promise<WireAnswer> {
  const { dialect, state } = desk;
  if (routed.kind === 'answer') return routed.answer;
  if (routed.kind === 'rejection') {
    const { cause, message, answer } = routed;
    state.rejections.push({ request, cause, status: answer.status, message });
    if (cause === 'rule') {
      state.violations.push(`Request ${request.order} broke a rule: ${message}`);
    }
    return answer;
  }
  if (routed.kind === 'embedding') return embed(request, routed, desk);
  const call = arrive(routed.call, { request, desk });
  const turn = await nextTurn(call, state);
  if (turn === undefined) {
    state.violations.push(`Call ${call.order} (${call.dialect}, ${call.model}) is not scripted`);
    return dialect.encodeError(unscripted, state.ids);
  }
  if (isErrorTurn(turn)) return delayed(dialect.encodeError(turn, state.ids), turn.delayMs);
  const context = { ids: state.ids, promptTokens: countPromptTokens(call) };
  const answer = routed.encode(turn, context);
  return { ...answer, frames: placeFaults(answer.frames) };
}

async function embed(
  request: RecordedRequest,
  { call: content, encode }: Extract<Routed, { kind: 'embedding' }>,
  { dialect, state }: Desk,
): Promise<WireAnswer> {
  const order = state.embeddingCalls.length + 1;
  const call: EmbeddingCall = { ...content, order, request };
  state.embeddingCalls.push(call);
  state.arrivals.dispatchEvent(new Event('call'));
  const turn = await embeddingTurn(call, state);
  if (turn && 'type' in turn) return delayed(dialect.encodeError(turn, state.ids), turn.delayMs);
  const answer = encode(call.texts.map((text) => wordVector(text, call.dimensions)));
  if (!turn) return answer;
  const faulty = withFaults(answer, turn);
  return { ...faulty, frames: placeFaults(faulty.frames) };
}

async function embeddingTurn(call: EmbeddingCall, state: ServerState): Promise<EmbeddingTurn> {
  const { embeddings } = state;
  if (typeof embeddings !== 'function') return embeddings[call.order - 1];
  try {
    return await embeddings(call);
  } catch (error) {
    state.violations.push(`The script failed at embedding ${call.order}: ${String(error)}`);
    return unscripted;
  }
}

const unscripted: ErrorTurn = {
  type: 'error',
  status: 500,
  headers: {},
  delayMs: 0,
};

function arrive(
  content: CallContent,
  { request, desk }: { readonly request: RecordedRequest; readonly desk: Desk },
): ModelCall {
  const { state } = desk;
  state.callCount += 1;
  const call: ModelCall = { ...content, order: state.callCount, request };
  state.calls.push(call);
  state.arrivals.dispatchEvent(new Event('call'));
  return call;
}

async function nextTurn(
  call: ModelCall,
  state: ServerState,
): Promise<Awaited<ReturnType<typeof state.turns.next>>> {
  try {
    return await state.turns.next(call);
  } catch (error) {
    state.violations.push(`The script failed at call ${call.order}: ${String(error)}`);
    return unscripted;
  }
}

function delayed(answer: WireAnswer, delayMs: number): WireAnswer {
  const frames = answer.frames.map((frame) =>
    frame.kind === 'event' ? { ...frame, delayMs } : frame,
  );
  return { ...answer, frames };
}

function untilCalls(
  {
    state,
    seen,
    count,
  }: { readonly state: ServerState; readonly seen: () => number; readonly count: number },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    function look(): void {
      if (signal.aborted) reject(signal.reason);
      else if (seen() < count) return;
      else resolve();
      state.arrivals.removeEventListener('call', look);
      signal.removeEventListener('abort', look);
    }
    state.arrivals.addEventListener('call', look);
    signal.addEventListener('abort', look);
    look();
  });
}

function assertDone(state: ServerState): void {
  const faults = [...state.violations];
  if (state.turns.left > 0) faults.push(`${state.turns.left} scripted turns were not asked for`);
  if (faults.length > 0) throw new Error(`The model server is not content:\n${faults.join('\n')}`);
}
