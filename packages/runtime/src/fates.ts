import type { RunOutcome, ToolCallPart, Usage } from '@cuttle/core-types';

/** How a message ended, as the door that waits for it needs it. */
export interface InboundFate {
  readonly inboundId: string;
  readonly runId: string | undefined;
  readonly state: 'answered' | 'failed' | 'cancelled' | 'refused';
  /** The answer, or what a command said. */
  readonly text: string;
  readonly reason?: string | undefined;
  readonly outcome?: RunOutcome | undefined;
  /** Calls of the client's own tools, for it to run. */
  readonly clientCalls: readonly ToolCallPart[];
  readonly usage: Usage;
  readonly model: string | undefined;
}

/** Who waits for which message. In memory only: a waiter that is gone asks the store by the same key. */
export interface Fates {
  /** Resolves when the fate is told; rejects with `signal.reason`. Ask before the message can be settled. */
  expect(inboundId: string, signal: AbortSignal): Promise<InboundFate>;
  settle(fate: InboundFate): void;
}

export function createFates(): Fates {
  const waiting = new Map<string, Set<(fate: InboundFate) => void>>();
  const drop = (inboundId: string, tell: (fate: InboundFate) => void): void => {
    const others = waiting.get(inboundId);
    others?.delete(tell);
    if (others?.size === 0) waiting.delete(inboundId);
  };
  return {
    expect: (inboundId, signal) =>
      new Promise((resolve, reject) => {
        const leave = (): void => {
          drop(inboundId, tell);
          reject(signal.reason);
        };
        const tell = (fate: InboundFate): void => {
          signal.removeEventListener('abort', leave);
          drop(inboundId, tell);
          resolve(fate);
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener('abort', leave, { once: true });
        const others = waiting.get(inboundId) ?? new Set();
        waiting.set(inboundId, others.add(tell));
      }),
    settle(fate) {
      for (const tell of waiting.get(fate.inboundId) ?? []) tell(fate);
    },
  };
}
