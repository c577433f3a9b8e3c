import type { NewId, Principal } from '@cuttle/core-types';
import type { Clock, Embedder, Log, MediaReading, Store } from '@cuttle/core-types/ports';
import type { MethodName, ResultOf, ParsedParamsOf } from '@cuttle/core-types/protocol';
import type { Budget, Runtime } from '@cuttle/runtime';
import type { PurgeDeps, RetentionRules } from '@cuttle/sessions';
import type { CatchUp } from './followers.ts';
import type { HookMapping } from './hooks/mapped-hook.ts';

/** What the owner may change while the gateway runs. */
export interface GatewaySettings {
  /** The bearer token of the owner. */
  readonly token: string;
  /** Origins beside our own that a browser may come from. */
  readonly allowedOrigins: readonly string[];
  /** Host names a request may name; others are answered 403, so that a rebound DNS name reaches nothing. Empty: any. */
  readonly hosts: readonly string[];
  readonly bodyBytes: number;
  readonly framesBytes: number;
  /** Requests of one caller. */
  readonly requestsPerMinute: number;
  readonly hooks: {
    /** What other programs show; undefined: there are no hooks. */
    readonly token: string | undefined;
    readonly bodyBytes: number;
    /** Of one address. */
    readonly requestsPerMinute: number;
    /** Named hooks, by the name in their path. */
    readonly mappings: Readonly<Record<string, HookMapping>>;
  };
  readonly agentIds: readonly string[];
  readonly defaultAgentId: string;
  /** Those that are shown with usage. */
  readonly budgets: readonly Budget[];
  readonly retention: RetentionRules;
}

/** Operations that only the composition root can do, by method name. */
type RootMethod =
  | 'models.list'
  | 'models.test'
  | 'models.pull'
  | 'models.pulls'
  | 'models.running'
  | 'models.load'
  | 'models.unload'
  | 'models.remove'
  | 'providers.status'
  | 'tools.catalog'
  | 'config.get'
  | 'config.set'
  | 'config.reload'
  | 'config.schema'
  | 'logs.tail'
  | 'memory.list'
  | 'memory.get'
  | 'memory.search'
  | 'memory.write'
  | 'memory.remove'
  | 'memory.status'
  | 'memory.reindex';
export type RootHandlers = {
  readonly [Name in RootMethod]: (
    params: ParsedParamsOf<Name>,
    principal: Principal,
    signal: AbortSignal,
  ) => Promise<ResultOf<Name>>;
};

/** How this process is: for `/health`, `/ready`, `/metrics` and `status`. */
export interface ProcessFacts {
  readonly version: string;
  readonly pid: number;
  readonly home: string;
  url(): string;
  /** Reasons why messages cannot be accepted now; empty: ready. */
  notReady(): readonly string[];
  uptimeMs(): number;
  memoryBytes(): number;
  /** 99th percentile of the event loop's delay since the last reading. */
  eventLoopP99Ms(): number;
  configProblems(): readonly string[];
  model(): { readonly ref: string; readonly reason: string };
}

/** A file of the built page. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** Its name holds its hash: it never changes. */
  readonly immutable: boolean;
}

/** What makes vectors of texts. */
export interface GatewayEmbedders {
  /** What is used where no model is named, as `<provider>/<model>`; undefined where nothing is set up for it. */
  chosen(): string | undefined;
  /** Counts what it is used for with the payer. Throws `model.unknown` or `embeddings.unavailable`. */
  open(
    ref: string | undefined,
    payer: { readonly agentId: string; readonly personId: string },
  ): { readonly ref: string; readonly model: string; readonly embedder: Embedder };
}

export interface GatewayDeps {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  /** An unguessable text of 256 bits. */
  readonly newSecret: () => string;
  readonly log: Log;
  readonly settings: () => GatewaySettings;
  readonly root: RootHandlers;
  /** `<provider>/<model>` in full. Throws `model.unknown`. */
  readonly resolveModel: (ref: string) => string;
  /** Every model that is set up, as `<provider>/<model>`. */
  readonly modelRefs: () => readonly string[];
  readonly embedders: GatewayEmbedders;
  /** What takes away all that is kept of a person. */
  readonly purge: PurgeDeps;
  readonly inspectMedia: MediaReading['inspect'];
  /** The folder of an agent's files. */
  readonly workspaceOf: (agentId: string) => string;
  readonly facts: ProcessFacts;
  /** The page's files by path (`/index.html`); undefined where there is none. */
  readonly page: (path: string) => Promise<PageFile | undefined>;
  /** The store's account rows of our own doors. */
  readonly doors: { readonly http: string; readonly web: string };
}

/** The caller of a method: a socket, a request, or the program that embeds the gateway. */
export interface Caller {
  readonly principal: Principal;
  readonly door: 'http' | 'web' | 'embedded';
  /** The socket's session interest; undefined where nothing is pushed. */
  readonly listener?: CallerListener | undefined;
}
export interface CallerListener {
  follow(sessionKey: string): void;
  /** Follows, and holds live events back until `goLive`. */
  catchUp(sessionKey: string): CatchUp;
  setAll(all: boolean): void;
  setFollowed(sessionKeys: readonly string[]): void;
  /** Sends one event frame to this caller only. */
  send(event: string, payload: unknown): void;
  /** Resolves when this caller has taken most of what was sent. */
  keepsUp(): Promise<void>;
}

export type Handler<Name extends MethodName> = (
  deps: GatewayDeps,
  call: { readonly params: ParsedParamsOf<Name>; readonly caller: Caller },
  signal: AbortSignal,
) => Promise<ResultOf<Name>>;
/** A handler of every method of the protocol; `connect` is the connection's own. */
export type Handlers = { readonly [Name in Exclude<MethodName, 'connect'>]: Handler<Name> };
