import type { Json, UserPart } from '@cuttle/core-types';
import type { ThinkingLevel } from '@cuttle/core-types/ports';
import * as fc from 'fast-check';
import { callIds, image, names, userPart } from './any-part.ts';

/** A conversation that moves between services, as a plan: what people, models and tools say at each stop. */
export type Journey = readonly Stop[];

/** One answer of one service, and what stands before and after it. */
export interface Stop {
  /** Nothing, where the model goes on with the results of its calls. */
  readonly user: readonly UserPart[];
  readonly thinking: ThinkingLevel | undefined;
  /** Which of the dialect's models answers, by its place modulo their number. */
  readonly model: number;
  readonly thought: string | undefined;
  readonly text: readonly string[];
  readonly calls: readonly PlannedCall[];
  /** How much of the answer arrived before somebody stopped it, in hundredths. */
  readonly arrived: number;
}

export interface PlannedCall {
  readonly name: string;
  readonly input: Readonly<Record<string, Json>>;
  /** By default one in the service's own form. */
  readonly callId: string | undefined;
  readonly result: PlannedResult | undefined;
}

export interface PlannedResult {
  readonly ok: boolean;
  readonly text: string;
  readonly picture: Extract<UserPart, { type: 'image' }> | undefined;
}

const said = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('hello', 'Zürich 🙂', 'a\nb', 'It is <b>"so"</b>') },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\n\n') },
);
const input: fc.Arbitrary<Readonly<Record<string, Json>>> = fc.dictionary(
  fc.constantFrom('a', 'b', 'query'),
  fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.integer(),
    fc.constantFrom<Json>(null, true, [1, 'x'], { deep: { er: ['ä'] } }),
  ),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const result: fc.Arbitrary<PlannedResult> = fc.record({
  ok: fc.boolean(),
  text: said,
  picture: optional(image),
});
const call: fc.Arbitrary<PlannedCall> = fc.record({
  name: names,
  input,
  callId: optional(callIds),
  // Some calls were stopped before they had a result.
  result: fc.option(result, { nil: undefined, freq: 6 }),
});
const levels: readonly (ThinkingLevel | undefined)[] = [undefined, 'off', 'low', 'high'];
const stop: fc.Arbitrary<Stop> = fc.record({
  user: fc.array(userPart, { maxLength: 3 }),
  thinking: fc.constantFrom(...levels),
  model: fc.nat(2),
  thought: optional(fc.constantFrom('Let me see.', 'Hm\n', '§')),
  text: fc.array(said, { maxLength: 3 }),
  calls: fc.array(call, { maxLength: 3 }),
  arrived: fc.oneof({ weight: 5, arbitrary: fc.constant(100) }, fc.nat(99)),
});

/** `stops` answers, one after the other. */
export function anyJourney(stops: number): fc.Arbitrary<Journey> {
  return fc.array(stop, { minLength: stops, maxLength: stops });
}
