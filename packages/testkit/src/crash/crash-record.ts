/** A message that the gateway acknowledged, or that waits on the platform until it does: someone relies on it. */
export interface SaidMessage {
  /** Comes back in the answer as `(id=…)`: say `[[id=…]]` to the echo script. */
  readonly id: string;
  /** The conversation, as whoever stands in it names it. */
  readonly place: string;
  /** Answers of a place come in this order; undefined where none is promised. */
  readonly order?: number | undefined;
  /** `cut-short`: somebody stopped or interrupted it, so it need not be answered. */
  readonly expects: 'answer' | 'cut-short';
  /** The whole answer, where it can be foreseen. */
  readonly answer?: string | undefined;
}

/** Words of the gateway itself that must be seen once, such as what a command answers. */
export interface ExpectedNotice {
  readonly place: string;
  readonly words: RegExp;
  /** `optional`: at most once. */
  readonly count: 'once' | 'optional';
  /** What takes its place later. Where both are seen, the receipt of the first was lost: an ambiguous send. */
  readonly end?: RegExp | undefined;
}

/** A text that a person sees now, after edits and deletes. Texts of a place stand in the order in which they are seen. */
export interface ShownText {
  readonly place: string;
  readonly text: string;
  /** The platform's own number of the message, which rises. */
  readonly number?: number | undefined;
}

/** A delivery whose outcome the gateway could not know and which it did not repeat, as it lists it. */
export interface UnconfirmedText {
  readonly place: string;
  readonly text: string;
  /** A placeholder holds no words of the answer. */
  readonly kind: 'send' | 'open' | 'edit' | 'delete';
  /** The number of the last message that was surely sent before it; 0 where there is none. */
  readonly after: number;
}

/** What was said and what came of it, as the outside saw it. */
export interface CrashRecord {
  readonly said: readonly SaidMessage[];
  readonly notices: readonly ExpectedNotice[];
  readonly shown: readonly ShownText[];
  readonly unconfirmed: readonly UnconfirmedText[];
  /** Begins a text that was sent again because its first sending was cut. */
  readonly mark: string;
  readonly placeholder: string;
}

/** A send that was cut between its request and its receipt, on a platform with neither key nor read-back. */
export interface AmbiguousSend {
  readonly place: string;
  readonly text: string;
  readonly resolved: 'seen once' | 'seen twice, marked' | 'not seen, listed';
}

export interface CrashVerdict {
  /** Ids and notices that nobody saw, and parts that are missing. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly misordered: readonly string[];
  readonly ambiguous: readonly AmbiguousSend[];
  /** Placeholders that stayed: their opening was cut. They hold no word of an answer. */
  readonly orphans: number;
  /** Anything else that must not be. */
  readonly violations: readonly string[];
}

export const emptyVerdict: CrashVerdict = {
  lost: [],
  doubled: [],
  misordered: [],
  ambiguous: [],
  orphans: 0,
  violations: [],
};

export function joinVerdicts(verdicts: readonly CrashVerdict[]): CrashVerdict {
  return {
    lost: verdicts.flatMap(({ lost }) => lost),
    doubled: verdicts.flatMap(({ doubled }) => doubled),
    misordered: verdicts.flatMap(({ misordered }) => misordered),
    ambiguous: verdicts.flatMap(({ ambiguous }) => ambiguous),
    orphans: verdicts.reduce((sum, { orphans }) => sum + orphans, 0),
    violations: verdicts.flatMap(({ violations }) => violations),
  };
}

/** True where nothing is lost, doubled, out of order or otherwise wrong; what is ambiguous is counted apart. */
export function isSound({ lost, doubled, misordered, violations }: CrashVerdict): boolean {
  return lost.length + doubled.length + misordered.length + violations.length === 0;
}
