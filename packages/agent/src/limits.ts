/** Bounds of one run. A run that reaches one ends as failed with `run.limit`. */
export interface RunLimits {
  /** Model calls. */
  readonly maxSteps: number;
  /** Looked at between steps and at every event of a model; a tool has its own limit. */
  readonly maxWallMs: number;
  /** Input and output tokens of all steps together. */
  readonly maxTokens: number;
  /** A tool that declares no time of its own is stopped after this. */
  readonly toolTimeoutMs: number;
  /** Attempts of one step whose stream broke after it had begun. */
  readonly maxStepAttempts: number;
  /** Tool calls of one step that run side by side. */
  readonly maxParallelCalls: number;
}

export const defaultLimits: RunLimits = {
  maxSteps: 50,
  maxWallMs: 15 * 60_000,
  maxTokens: 5_000_000,
  toolTimeoutMs: 60_000,
  maxStepAttempts: 3,
  maxParallelCalls: 8,
};
