import type { InboundBody } from '../inbound.ts';
import type { TaintSource } from '../principal.ts';
import type { RunOutcome } from '../run-event.ts';
import type { Usage } from '../usage.ts';
import type { Committed } from './journal-rows.ts';

/** A call of a run under its lease. */
export interface CallPlace {
  readonly runId: string;
  readonly fence: string;
  readonly step: number;
  readonly index: number;
}

/** What a run hands to another session. Principal, trust and account are those of the run's own first message. */
export interface SubagentDraft extends CallPlace {
  /** Also the id of the inbound that holds the task. */
  readonly subagentId: string;
  /** `task`: in a session of its own. `message`: in one that is there, whose answer is waited for. */
  readonly kind: 'task' | 'message';
  readonly label: string;
  readonly sessionKey: string;
  readonly agentId: string;
  /** `<provider>/<model>` instead of the agent's own. */
  readonly model?: string | undefined;
  /** The only tools it may have; absent: no further limit. */
  readonly tools?: readonly string[] | undefined;
  /** The agents above it, the topmost first. */
  readonly lineage: readonly string[];
  readonly depth: number;
  /** Agents that a message went through before it. */
  readonly hops: number;
  /** Unix ms at which it is ended. */
  readonly deadlineAt?: number | undefined;
  readonly body: InboundBody;
  readonly bodyHash: string;
  /** Workers outside, by their name, in the place of a run. */
  readonly worker?: string | undefined;
  /** What the run holds now, beside what its rows say. */
  readonly taint: readonly TaintSource[];
  /** Unended ones of the parent's session at once. */
  readonly mostOpen: number;
}

export type SpawnResult =
  /** `again`: this very call had made it before. */
  | ({
      readonly kind: 'spawned';
      readonly again: boolean;
      readonly subagentId: string;
      readonly sessionId: string;
      readonly sessionKey: string;
    } & Committed)
  | { readonly kind: 'full'; readonly open: number }
  /** The session it is for waits, itself or through others, for the session of the run. */
  | { readonly kind: 'cycle' };

/** What a run's call is told of work that it waits for. */
export interface AwaitedSubagent {
  readonly subagentId: string;
  readonly label: string;
  readonly sessionKey: string;
  readonly state: 'queued' | 'running' | 'completed' | 'failed' | 'aborted';
  readonly outcome: RunOutcome | undefined;
  readonly reply: string | undefined;
  readonly usage: Usage | undefined;
  readonly taint: readonly TaintSource[];
  /** Ms from its beginning to its end, or until now. */
  readonly tookMs: number;
  /** The transcript tells it elsewhere: as a message, or as the result of another call. */
  readonly told: boolean;
}
export interface TakenResults {
  /** All have ended, or somebody steers the run, or the time is over. Otherwise nothing was taken. */
  readonly settled: boolean;
  /** Unix ms until which the call waits at most. */
  readonly untilMs: number;
  readonly subagents: readonly AwaitedSubagent[];
  /** Ids that name nothing of this session. */
  readonly unknown: readonly string[];
}

/** The transactions of sub-agents: spawned under the parent's fence, reported once in the transaction of their end. */
export interface SubagentJournal {
  /** Inserts the child's session, its task and its registry row, once per call of the parent. */
  spawnSubagent(input: SubagentDraft): Promise<SpawnResult>;
  /**
   * What became of these (absent: of all that this run began and knows no result of). Once settled, the results of those that have ended are told by this call:
   * their inbounds are bound to the run and enter the transcript with the call's result, not by themselves. Idempotent by call.
   */
  takeResults(
    input: CallPlace & {
      readonly subagentIds?: readonly string[] | undefined;
      readonly timeoutMs: number;
    },
  ): Promise<TakenResults>;
  /**
   * A message of mode `interrupt` into the session of an unended sub-agent, with the authority that its task had. Idempotent by `key`.
   * `queued`: it has not begun and reads both. `parentSessionId`: only a sub-agent of that session.
   */
  steerSubagent(input: {
    readonly subagentId: string;
    readonly parentSessionId?: string | undefined;
    readonly inboundId: string;
    readonly key: string;
    readonly bodyHash: string;
    readonly body: InboundBody;
    readonly taint: readonly TaintSource[];
  }): Promise<
    | ({
        readonly kind: 'steered';
        readonly sessionId: string;
        readonly sessionKey: string;
      } & Committed)
    | { readonly kind: 'ended' }
    | { readonly kind: 'unknown' }
    /** A worker outside has it, and reads nothing. */
    | { readonly kind: 'outside' }
  >;
  /** Ends a sub-agent and all below it. Its result is queued in the parent's session like any other. `none`: it has ended, or there is none. */
  stopSubagent(input: {
    readonly subagentId: string;
    readonly parentSessionId?: string | undefined;
    readonly by: Extract<RunOutcome, { status: 'aborted' }>['by'];
  }): Promise<
    | ({ readonly kind: 'stopped'; readonly inbounds: readonly string[] } & Committed)
    | { readonly kind: 'none' }
  >;
}
