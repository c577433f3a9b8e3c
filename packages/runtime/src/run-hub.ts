import type { RunEvent } from '@cuttle/core-types';
import type { ChannelState } from './channel-supervisor.ts';

/** One event of a run, as subscribers hear it. */
export interface RunUpdate {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly runId: string;
  /** Rises within a run, over restarts too. */
  readonly seq: number;
  /** The session's number of a durable event; undefined for deltas. */
  readonly eventSeq: number | undefined;
  readonly event: RunEvent;
  /** The run's whole answer so far, as every door shows it. */
  readonly text: () => string;
  /** Messages whose fate this event decided; only with `run.end`. */
  readonly inbounds?: readonly string[] | undefined;
}

/** Something of a session changed that is no run. */
export interface SessionUpdate {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly kind: 'inbound' | 'command' | 'reset' | 'changed' | 'subagent';
  readonly eventSeq: number | undefined;
  readonly inboundId?: string | undefined;
  /** Which one began, asks for an approval or ended. */
  readonly subagentId?: string | undefined;
  readonly text?: string | undefined;
}

/** Something of the gateway changed that belongs to no session. */
export type GatewayUpdate =
  /** Who asks to be let in, or who was. */
  | { readonly kind: 'pairing' }
  /** An account of a messenger and how it is; `removed`: it is no longer configured. */
  | {
      readonly kind: 'channel';
      readonly channel: string;
      readonly account: string;
      readonly state: ChannelState | 'removed';
    };

export interface RunListener {
  run?(update: RunUpdate): void;
  session?(update: SessionUpdate): void;
  gateway?(update: GatewayUpdate): void;
  /** Whether anybody hears of this session through it; absent: somebody hears of all. */
  hears?(sessionKey: string): boolean;
}

/**
 * Live events for whoever listens, in the order they were committed. Contract: a listener that throws harms nobody else;
 * nothing is kept for one that is not there: it reads the store and listens on.
 */
export interface RunHub {
  subscribe(listener: RunListener): () => void;
  /** Whether anybody hears of this session: what only says again what is known is not said to nobody. */
  hears(sessionKey: string): boolean;
  publishRun(update: RunUpdate): void;
  publishSession(update: SessionUpdate): void;
  publishGateway(update: GatewayUpdate): void;
}

export function createRunHub(deps: { report(error: unknown): void }): RunHub {
  const listeners = new Set<RunListener>();
  const tell = (say: (listener: RunListener) => void): void => {
    for (const listener of listeners) {
      try {
        say(listener);
      } catch (error) {
        deps.report(error);
      }
    }
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hears: (sessionKey) => [...listeners].some((one) => one.hears?.(sessionKey) ?? true),
    publishRun: (update) => tell((listener) => listener.run?.(update)),
    publishSession: (update) => tell((listener) => listener.session?.(update)),
    publishGateway: (update) => tell((listener) => listener.gateway?.(update)),
  };
}
