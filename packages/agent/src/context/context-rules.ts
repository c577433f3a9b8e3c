/** How a conversation is fitted into a model's window. Ratios are of the room that is left beside system prompt, tools and answer. */
export interface ContextRules {
  /** A summary is made when what is left after pruning passes this share. */
  readonly threshold: number;
  /** Above this share, large results of tools are cut to their beginning and end. */
  readonly softTrimRatio: number;
  /** Above this share, old results of tools are left out. */
  readonly hardClearRatio: number;
  /** Answers at the end whose results are not touched. */
  readonly keepLastAssistants: number;
  /** Whose results may be pruned: names, or a beginning and `*`. */
  readonly pruneTools: readonly string[];
  /** Tokens kept free for the answer; at most a quarter of the window. */
  readonly reserveTokens: number;
}

export const defaultContextRules: ContextRules = {
  threshold: 0.75,
  softTrimRatio: 0.35,
  hardClearRatio: 0.55,
  keepLastAssistants: 3,
  pruneTools: ['*'],
  reserveTokens: 8_192,
};

/** The room of one request, in tokens as the service counts them. */
export interface ContextRoom {
  /** Of the model: request and answer together. */
  readonly window: number;
  /** System prompt and tools, as estimated. */
  readonly fixedTokens: number;
  /** Real tokens for each estimated one, in thousandths. */
  readonly scale: number;
  /** How often the service has refused this request as too long. */
  readonly refusals: number;
}

/** What each refusal leaves of the room: the estimate was wrong, and nobody knows by how much. */
const leftAfter = [1, 0.7, 0.45, 0.25] as const;

/** Estimated tokens that the messages of a request may have. */
export function roomFor(
  { window, fixedTokens, scale, refusals }: ContextRoom,
  rules: ContextRules,
): number {
  const answer = Math.min(rules.reserveTokens, Math.floor(window / 4));
  const left = leftAfter[Math.min(refusals, leftAfter.length - 1)] ?? 1;
  const whole = ((window - answer) * 1000 * left) / scale;
  // Where tools and prompt alone are too much, a sixteenth is left to find out what the service says.
  return Math.max(Math.floor(whole - fixedTokens), Math.floor(window / 16));
}
