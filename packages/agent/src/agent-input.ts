import type {
  AssistantMessage,
  Json,
  Message,
  Principal,
  Provenance,
  ToolResultPart,
  TurnParameters,
} from '@cuttle/core-types';
import type {
  Clock,
  Effect,
  FinishReason,
  ModelProvider,
  ModelRequest,
  ThinkingLevel,
  Tool,
  ToolContext,
  ToolSpec,
} from '@cuttle/core-types/ports';
import type { RunLimits } from './limits.ts';
import type { CoreTools } from './tool-search/shown-tools.ts';

export interface AgentInput {
  /** The provider's own model id. */
  readonly model: string;
  /** The transcript the first model call sees; for a resumed run, up to the boundary of `resume.step`. */
  readonly messages: readonly Message[];
  readonly system?: string | undefined;
  readonly tools?: readonly Tool[] | undefined;
  /** Which of them are always shown to the model; the others once they were found (`shownTools`). Absent: all are shown. */
  readonly isCore?: CoreTools | undefined;
  /** Tools that the caller runs: a call of one ends the run with finish `tool-calls`. */
  readonly clientTools?: readonly ToolSpec[] | undefined;
  readonly parameters?: TurnParameters | undefined;
  readonly thinking?: ThinkingLevel | undefined;
  readonly limits?: Partial<RunLimits> | undefined;
  /** Tokens that request and answer may have together; absent: not known. */
  readonly contextWindow?: number | undefined;
  /** Who and where; a program that embeds the loop may leave it out. */
  readonly identity?: Partial<RunIdentity> | undefined;
  readonly resume?: ResumePoint | undefined;
}

export interface RunIdentity {
  readonly runId: string;
  readonly agentId: string;
  readonly sessionKey: string;
  readonly principal: Principal;
  readonly provenance: Provenance;
}

/** Where a run goes on after a cut. */
export interface ResumePoint {
  /** The step that is open, or whose answer is stored and whose calls are not all terminal. */
  readonly step: number;
  /** 1 for a step that was never begun. Above 1 the reader is told to drop what it saw of it. */
  readonly attempt: number;
  readonly answered?:
    | {
        readonly message: AssistantMessage;
        readonly finish: FinishReason;
        readonly calls: readonly ResumedCall[];
      }
    | undefined;
  /** What the run used before, of its limits. */
  readonly spent?: Spent | undefined;
}
export interface Spent {
  /** Input and output tokens. */
  readonly tokens: number;
  /** Time it was worked at; not the time it waited or nobody ran it. */
  readonly wallMs: number;
}
export interface ResumedCall {
  readonly index: number;
  readonly state: 'planned' | 'started' | 'done' | 'failed' | 'unknown' | 'cancelled';
  /** What the tool promised when the call was planned. */
  readonly effect: Effect;
  /** `planHash` of what was planned; absent: taken as unchanged. */
  readonly planHash?: string | undefined;
  /** Unix ms until which what it began may still take effect; absent: it cannot any more. */
  readonly deadline?: number | undefined;
  readonly result: ToolResultPart | undefined;
}

/** One call as the policy sees it. */
export interface CallPlan {
  readonly step: number;
  readonly index: number;
  readonly tool: Tool;
  /** The arguments as they run, after repair and with the defaults of the tool's schema: show, hash, store and approve these. */
  readonly input: Json;
  /** `planHash` of tool and input. */
  readonly hash: string;
}
export type CallVerdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly text: string }
  /** Nobody forbids it, but it is not wanted any more. */
  | { readonly kind: 'cancel'; readonly text: string }
  | { readonly kind: 'park'; readonly ref: string };

/** A model call that is about to be made. */
export interface ModelCall {
  readonly step: number;
  readonly request: ModelRequest;
}
export interface AdmittedCall {
  readonly provider: ModelProvider;
  readonly request: ModelRequest;
}

/** A model call whose transcript has to fit. */
export interface ContextCall {
  readonly step: number;
  /** The transcript so far. */
  readonly messages: readonly Message[];
  /** What else the request holds. */
  readonly request: Pick<ModelRequest, 'system' | 'tools'>;
  /** How often the service has refused this call as too long. */
  readonly refusals: number;
}
export interface ContextChoice {
  /** The transcript that the run goes on with: the same, or with a summary in the place of its beginning. */
  readonly messages: readonly Message[];
  /** What the model is shown of it. */
  readonly view: readonly Message[];
}

export interface AgentDeps {
  readonly provider: ModelProvider;
  readonly clock?: Clock | undefined;
  /**
   * Called between steps, after everything of the last step was pulled: stores the boundary of the next step and
   * returns what people said meanwhile.
   */
  readonly openStep?: ((step: number) => Promise<readonly Message[]>) | undefined;
  /** Called when a step's stream broke after it had begun; returns the number of the new attempt. */
  readonly restartStep?: ((step: number) => Promise<number>) | undefined;
  /**
   * Asked before each model call: who is asked, and what. A rejection ends the run, and nobody is asked. Absent: `provider`, as it is.
   */
  readonly admitCall?: ((call: ModelCall) => Promise<AdmittedCall>) | undefined;
  /**
   * Asked before each call, and again when the service said that it is too long: what the model is shown. Absent: all of it, with old results
   * of tools pruned where `contextWindow` is known or was exceeded.
   */
  readonly viewContext?:
    | ((call: ContextCall, signal: AbortSignal) => Promise<ContextChoice>)
    | undefined;
  /**
   * The policy, asked at dispatch whatever the model was shown; absent: every given tool may run. A call that had started before a
   * cut was let in then: the recovery table alone decides about it.
   */
  readonly authorise?: ((plan: CallPlan) => Promise<CallVerdict>) | undefined;
  /** What a call may know and ask for; `key` and `progress` are the loop's. */
  readonly contextFor?:
    | ((plan: CallPlan) => Pick<ToolContext, 'taint' | 'send' | 'act'>)
    | undefined;
}
