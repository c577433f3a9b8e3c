import type { SubagentRow } from './subagent-reader.ts';
import type { TakenResults } from './subagent-journal.ts';
import type { ToolContext } from './tool.ts';

/** The call of a tool, which is what may ask for anything here. */
export type SubagentCaller = Pick<ToolContext, 'runId' | 'key'>;

export interface SubagentTask {
  readonly task: string;
  readonly label: string;
  /** Absent: the caller's own. */
  readonly agentId?: string | undefined;
  /** `<provider>/<model>`. Absent: the agent's own. */
  readonly model?: string | undefined;
  /** Only these of the caller's tools. Absent: all of them. */
  readonly tools?: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
  /** Workers outside, by their name: no agent, model or tools then. */
  readonly worker?: string | undefined;
}
export interface AgentMessage {
  /** A session key, or the id of an agent for its main session. */
  readonly to: string;
  readonly text: string;
  readonly wait: boolean;
  readonly timeoutMs?: number | undefined;
}

/**
 * Work that a run hands to others. Contract:
 * - every call is idempotent by the key of the caller's call, so that it may be made again after a cut;
 * - what is made has the caller's principal, trust and taint, and never more of its tools;
 * - it throws `subagent.refused` where a limit or the list of agents does not allow it, `subagent.not-found` for an id that is not of
 *   the caller's session, `run.fence-lost` or `run.not-found` where the caller's run has ended or has another owner.
 */
export interface Subagents {
  /** `mustWait`: nobody reads what is said after the caller's run has ended, so its answer must hold the result. */
  spawn(
    task: SubagentTask,
    caller: SubagentCaller,
  ): Promise<{
    readonly subagentId: string;
    readonly sessionKey: string;
    readonly mustWait: boolean;
  }>;
  /** See `takeResults` of the journal; `settled: false` asks the caller to park until `untilMs`. */
  takeResults(
    input: { readonly subagentIds?: readonly string[] | undefined; readonly timeoutMs: number },
    caller: SubagentCaller,
  ): Promise<TakenResults>;
  /** `false`: it has ended, and reads nothing more. */
  steer(
    input: { readonly subagentId: string; readonly text: string },
    caller: SubagentCaller,
  ): Promise<boolean>;
  /** `false`: it had ended. */
  stop(input: { readonly subagentId: string }, caller: SubagentCaller): Promise<boolean>;
  /** Those of the caller's session with all below them. */
  list(caller: SubagentCaller): Promise<readonly SubagentRow[]>;
  /** `subagentId`: of the answer that is waited for. */
  send(
    message: AgentMessage,
    caller: SubagentCaller,
  ): Promise<{ readonly sessionKey: string; readonly subagentId: string | undefined }>;
}
