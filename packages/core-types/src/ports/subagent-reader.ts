import type { InboundState } from '../inbound.ts';
import type { RunOutcome } from '../run-event.ts';
import type { Usage } from '../usage.ts';
import type { ConversationRef } from './conversation-ref.ts';

/** A sub-agent as its registry row tells it. Times in Unix ms. */
export interface SubagentRow {
  readonly subagentId: string;
  readonly kind: 'task' | 'message';
  readonly label: string;
  readonly agentId: string;
  readonly parentRunId: string;
  readonly parentSessionId: string;
  readonly parentSessionKey: string;
  readonly rootRunId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly runId: string | undefined;
  readonly depth: number;
  readonly state: 'queued' | 'running' | 'completed' | 'failed' | 'aborted';
  readonly outcome: RunOutcome | undefined;
  readonly reply: string | undefined;
  readonly usage: Usage | undefined;
  /** What became of its result in the parent's session. */
  readonly result: InboundState | undefined;
  /** The name of the workers outside that it is for. */
  readonly worker: string | undefined;
  /** How far such a worker is, in its own words. */
  readonly progress: string | undefined;
  readonly deadlineAt: number | undefined;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
}

/** Moments at which something of the sub-agents is due. */
export interface SubagentTimers {
  /** Past their deadline and unended. */
  readonly late: readonly string[];
  /** Sessions whose run has waited for its sub-agents as long as it wanted to. */
  readonly sessions: readonly string[];
  /** Whether the lease of a worker outside has expired. */
  readonly expired: boolean;
  /** The next moment after those; undefined: none is known. */
  readonly next: number | undefined;
}

export interface SubagentReader {
  findSubagent(subagentId: string): Promise<SubagentRow | undefined>;
  /** The chat that a run answers in; undefined for a pull door, and for a run that another one asked for. */
  findConversationOfRun(runId: string): Promise<ConversationRef | undefined>;
  /** Of one session with all below them, in order of their beginning; or of all sessions, the newest first. At most `limit`. */
  listSubagents(input: {
    sessionId?: string | undefined;
    open?: boolean | undefined;
    limit: number;
  }): Promise<readonly SubagentRow[]>;
  /** A task that a claim would find; undefined: it would find none. */
  findWorkerWork(input: {
    worker: string;
    holder: string;
    key: string;
  }): Promise<string | undefined>;
  findSubagentTimers(input: { now: number; limit: number }): Promise<SubagentTimers>;
}
