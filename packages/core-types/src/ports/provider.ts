import type { Json } from '../json.ts';
import type { Message, OpaquePart, Origin } from '../message.ts';
import type { ThinkingLevel, TurnParameters } from '../inbound.ts';
import type { ModelPrices } from '../prices.ts';
import type { Usage } from '../usage.ts';

/** A tool as a model sees it; `parameters` is a JSON Schema object. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, Json>>;
}

/** One model call. Byte-stable: the same request encodes to the same bytes, so that prompt caches hit. */
export interface ModelRequest {
  /** The provider's own model id, without a provider prefix. */
  readonly model: string;
  readonly system?: string | undefined;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly parameters?: TurnParameters | undefined;
  readonly thinking?: ThinkingLevel | undefined;
  /** Stable per session; lets a provider or a router keep its caches warm. */
  readonly cacheKey?: string | undefined;
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'filtered';

/** What a provider says while it answers. Blocks are numbered by `blockId` in order of their first appearance. */
export type ModelEvent =
  /**
   * Who answers from here on, said by a provider that stands before several. The text before it stays and goes on; thinking and
   * opaque parts before it belong to somebody else and are not kept.
   */
  | { readonly type: 'route'; readonly origin: Origin }
  | { readonly type: 'text.delta'; readonly blockId: string; readonly text: string }
  | { readonly type: 'thinking.delta'; readonly blockId: string; readonly text: string }
  | {
      readonly type: 'thinking.end';
      readonly blockId: string;
      readonly signature?: string | undefined;
      readonly redacted?: string | undefined;
    }
  | {
      readonly type: 'tool.call';
      readonly callId: string;
      readonly name: string;
      /** Parsed arguments; the raw text where they did not parse. */
      readonly input: Json;
      readonly opaque?: Json | undefined;
    }
  | { readonly type: 'opaque'; readonly part: OpaquePart }
  | CallEvent
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage: Usage };

/**
 * What is told of calls and not of the answer, so that one that is cut can be counted too: it was billed without an end. Who only reads
 * the answer leaves these out; the `usage` of `finish` is that of the whole call that it ends, and these never add to it.
 */
export type CallEvent =
  /** A request is sent now, said by a provider that asks again or stands before several. A failure before its first word costs nothing. */
  | { readonly type: 'call.start'; readonly origin: Origin }
  /** What the call under way has used so far, where its service tells it before the end. Each replaces the one before of the same call. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The call under way was given up for another one. */
  | ({ readonly type: 'call.cut' } & GivenUpCall);

export interface GivenUpCall {
  readonly origin: Origin;
  /** What its service told last; absent: nothing. */
  readonly usage?: Usage | undefined;
  /** All that it said since then, thinking and calls too, whether or not anybody was shown it. */
  readonly said: string;
}

export interface ModelInfo {
  readonly id: string;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly inputs?: readonly ('text' | 'image' | 'audio' | 'document' | 'video')[] | undefined;
}

/** What is known of a model, from its owner's settings and from what its vendor publishes. What nobody states is not there. */
export interface ModelFacts extends ModelInfo {
  /** Empty: it does not think. */
  readonly thinking?: readonly ThinkingLevel[] | undefined;
  readonly prices?: ModelPrices | undefined;
  /** Where the published facts were read, and on which day. */
  readonly source?: string | undefined;
  readonly asOf?: string | undefined;
}

/**
 * One model service. Contract:
 * - the stream ends with exactly one `finish`, or throws a `CuttleError` whose code starts `provider.`;
 * - it rejects with `signal.reason` soon after an abort and leaves no request open;
 * - nothing is sent until the first `next()`; leaving the loop closes the request;
 * - it never retries by itself after it has yielded an event that is no `CallEvent`.
 */
export interface ModelProvider {
  readonly id: string;
  /** Names the wire dialect; opaque parts are replayed to the dialect they came from. */
  readonly dialect: string;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** The models this service offers now. Throws `provider.*`. */
  models(signal: AbortSignal): Promise<readonly ModelInfo[]>;
}
