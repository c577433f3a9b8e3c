import { setTimeout as sleep } from 'node:timers/promises';
import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';
import type { ModelEvent, ModelInfo, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import type { Json } from '@cuttle/core-types';
import type { BreakFault, ErrorTurn } from './http-fault.ts';
import {
  type Finish,
  isErrorTurn,
  type ScriptedCall,
  type Turn,
  type TurnPart,
} from './scripted-turns.ts';
import { countTokens } from './token-count.ts';

/** A turn as on the wires, or an error that the provider throws as it is. */
export type ModelTurn = Turn | Error;

export type ModelScript =
  | readonly ModelTurn[]
  | ((request: ModelRequest) => ModelTurn | undefined | Promise<ModelTurn | undefined>);

export interface ScriptedModel extends ModelProvider {
  /** What was asked, in order. */
  readonly requests: readonly ModelRequest[];
  /** Streams begun and not yet closed. */
  readonly open: number;
  /** Throws if turns are left over or a call had none. */
  assertDone(): void;
}

/**
 * A model in the process, without a wire, that keeps the contract of `ModelProvider`. The same turns run
 * on the servers; a fault of the wire is here the `provider.*` error that a right adapter makes of it.
 */
export function scriptedModel(
  script: ModelScript,
  options: { readonly id?: string; readonly models?: readonly ModelInfo[] } = {},
): ScriptedModel {
  const turns = typeof script === 'function' ? [] : [...script];
  const requests: ModelRequest[] = [];
  const unscripted: string[] = [];
  let open = 0;
  async function nextTurn(request: ModelRequest): Promise<ModelTurn> {
    requests.push(request);
    const turn = typeof script === 'function' ? await script(request) : turns.shift();
    if (turn !== undefined) return turn;
    const complaint = `Call ${requests.length} of the scripted model has no turn`;
    unscripted.push(complaint);
    throw new Error(complaint);
  }
  return {
    id: options.id ?? 'scripted',
    dialect: 'scripted',
    requests,
    get open() {
      return open;
    },
    async *stream(request, signal) {
      signal.throwIfAborted();
      const turn = await nextTurn(request);
      open += 1;
      try {
        yield* playTurn(turn, request, signal);
      } finally {
        open -= 1;
      }
    },
    models: async () => options.models ?? [{ id: 'm1' }],
    assertDone() {
      const left = turns.length > 0 ? [`${turns.length} scripted turns were not asked for`] : [];
      const faults = [...unscripted, ...left];
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
  };
}

async function* playTurn(
  turn: ModelTurn,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, void> {
  if (turn instanceof Error) throw turn;
  if (isErrorTurn(turn)) {
    await wait(turn.delayMs, signal);
    throw toError(turn);
  }
  const blocks = createBlocks();
  for (const part of turn) {
    if ('delayMs' in part) await wait(part.delayMs, signal);
    signal.throwIfAborted();
    if (part.type === 'break') await breakOff(part, signal);
    if (part.type === 'finish') break;
    yield* blocks.play(part);
  }
  yield* blocks.close();
  signal.throwIfAborted();
  yield finishOf(turn, request);
}

interface Blocks {
  play(part: TurnPart): Generator<ModelEvent, void, void>;
  close(): Generator<ModelEvent, void, void>;
}

/** Numbers the blocks, and ends a block of thinking with its signature when another begins. */
function createBlocks(): Blocks {
  let kind: TurnPart['type'] | undefined;
  let count = 0;
  let calls = 0;
  let signature: string | undefined;
  function* close(): Generator<ModelEvent, void, void> {
    if (kind === 'thinking') yield { type: 'thinking.end', blockId: `b${count}`, signature };
    kind = undefined;
    signature = undefined;
  }
  function* enter(next: 'text' | 'thinking'): Generator<ModelEvent, void, void> {
    if (kind === next) return;
    yield* close();
    kind = next;
    count += 1;
  }
  return {
    close,
    *play(part) {
      switch (part.type) {
        case 'text':
          yield* enter('text');
          yield { type: 'text.delta', blockId: `b${count}`, text: part.text };
          break;
        case 'thinking':
          yield* enter('thinking');
          signature = part.signature ?? signature;
          yield { type: 'thinking.delta', blockId: `b${count}`, text: part.text };
          break;
        case 'tool-call':
          yield* close();
          calls += 1;
          yield toCallEvent(part, calls);
          break;
        case 'malformed':
          throw new CuttleError('provider.invalid', 'The answer is not readable');
        case 'stream-error':
          throw new CuttleError('provider.overloaded', part.message);
        case 'break':
        case 'content-type':
        case 'finish':
          break;
      }
    },
  };
}

function toCallEvent(part: ScriptedCall, order: number): ModelEvent {
  const callId = part.callId ?? `c${order}`;
  return { type: 'tool.call', callId, name: part.name, input: parseInput(part) };
}

function parseInput({ inputText }: ScriptedCall): Json {
  try {
    // What JSON.parse gives is JSON.
    return JSON.parse(inputText) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return inputText;
    throw error;
  }
}

async function breakOff({ how }: BreakFault, signal: AbortSignal): Promise<never> {
  if (how === 'stall') {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
  throw new CuttleError('provider.network', 'The answer ended too soon');
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return;
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

const errorCodes: Readonly<Record<number, ErrorCode>> = {
  400: 'provider.invalid',
  401: 'provider.auth',
  402: 'provider.billing',
  403: 'provider.auth',
  404: 'provider.invalid',
  408: 'provider.timeout',
  413: 'provider.overflow',
  429: 'provider.rate-limited',
  504: 'provider.timeout',
};

function toError({ status, headers }: ErrorTurn): CuttleError {
  const seconds = Number(headers['retry-after']);
  const retry = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {};
  const code = errorCodes[status] ?? 'provider.overloaded';
  return new CuttleError(code, `The scripted model answered ${status}`, retry);
}

function finishOf(turn: readonly TurnPart[], request: ModelRequest): ModelEvent {
  const finish: Finish = turn.find((part) => part.type === 'finish') ?? {
    type: 'finish',
    usage: {},
  };
  const said = turn.map((part) => {
    if (part.type === 'tool-call') return part.name + part.inputText;
    return 'text' in part ? part.text : '';
  });
  const reason = turn.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop';
  return {
    type: 'finish',
    reason: finish.reason ?? reason,
    usage: {
      ...finish.usage,
      inputTokens: finish.usage.inputTokens ?? countTokens(JSON.stringify(request.messages)),
      outputTokens: finish.usage.outputTokens ?? Math.max(1, countTokens(said.join(''))),
    },
  };
}
