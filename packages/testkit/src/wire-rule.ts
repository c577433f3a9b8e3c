/** One thing that a service refuses. `check` gives what the service says, or nothing if the rule is kept. */
export interface WireRule<Input, Refusal> {
  readonly name: string;
  /** The public document, or the public record of the service's own words, that the rule is taken from. */
  readonly source: string;
  check(input: Input): Refusal | undefined;
}

export interface BrokenRule<Refusal> {
  readonly rule: string;
  readonly refusal: Refusal;
}

/** Services name one fault at a time: the first in the order of the rules. */
export function findBrokenRule<Input, Refusal>(
  rules: readonly WireRule<Input, Refusal>[],
  input: Input,
): BrokenRule<Refusal> | undefined {
  for (const rule of rules) {
    const refusal = rule.check(input);
    if (refusal !== undefined) return { rule: rule.name, refusal };
  }
  return undefined;
}
