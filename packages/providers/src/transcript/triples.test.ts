import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyJourney, type Stop } from '../contract/any-journey.ts';
import { type SpokenDialect, spokenDialects } from '../contract/dialects.ts';
import { judgeVisit, proofsOf } from '../contract/judge-visit.ts';
import { openStation, type Station, walkJourney } from '../contract/walk-journey.ts';

/** Every ordered triple of dialects, those that stay or come back among them. */
const triples = spokenDialects.flatMap((first) =>
  spokenDialects.flatMap((second) =>
    spokenDialects.map((third): readonly [SpokenDialect, SpokenDialect, SpokenDialect] => [
      first,
      second,
      third,
    ]),
  ),
);
const stations = new Map<SpokenDialect, Station>();
const sessionsPerTriple = 2;

beforeAll(async () => {
  for (const dialect of spokenDialects) stations.set(dialect, await openStation(dialect));
});
afterAll(async () => {
  for (const station of stations.values()) await station[Symbol.asyncDispose]();
});

describe('a conversation that moves on', () => {
  it.each(
    triples.map((triple, seed) => [triple.map(({ id }) => id).join(' → '), triple, seed] as const),
  )(
    'is taken whole by each service: %s',
    async (_name, [first, second, third], seed) => {
      // Back at the first at the end, which then is sent what it said itself.
      const route = [first, second, third, first].flatMap((dialect) => stations.get(dialect) ?? []);
      await fc.assert(
        fc.asyncProperty(anyJourney(route.length), async (journey) => {
          const visits = await walkJourney(journey, route);
          const found = visits.map((visit) => ({
            error: visit.error,
            refusals: visit.refusals,
            faults: judgeVisit(visit),
          }));
          expect(found).toEqual(route.map(() => ({ error: undefined, refusals: [], faults: [] })));
        }),
        { numRuns: sessionsPerTriple, seed },
      );
    },
    60_000,
  );

  const signing = new Set(['anthropic', 'bedrock', 'gemini', 'openai-responses']);
  const pairs = spokenDialects
    .filter(({ id }) => signing.has(id))
    .flatMap((first) =>
      spokenDialects.map((second) => [first.id, second.id, first, second] as const),
    );

  it.each(pairs)(
    'brings back to %s what it signed, after %s went on with its calls',
    async (_first, _second, first, second) => {
      const route = [first, second, first].flatMap((dialect) => stations.get(dialect) ?? []);
      const back = (await walkJourney([working, working, working], route)).at(-1);
      const messages = back?.request.messages ?? [];
      const signed = messages.flatMap((message) =>
        message.role === 'assistant' && message.origin?.dialect === first.id
          ? proofsOf(message)
          : [],
      );
      expect(signed.length).toBeGreaterThan(0);
      const body = back?.call?.request.text ?? '';
      expect(signed.filter((proof) => !body.includes(proof))).toEqual([]);
      expect(back && judgeVisit(back)).toEqual([]);
    },
  );
});

/** Thinks, speaks and calls two tools at once. */
const working: Stop = {
  user: [{ type: 'text', text: 'Go on.' }],
  thinking: 'high',
  model: 0,
  thought: 'I shall look.',
  text: ['I look.'],
  calls: ['a', 'b'].map((name) => ({
    name,
    input: { at: name },
    callId: undefined,
    result: { ok: true, text: 'seen', picture: undefined },
  })),
  arrived: 100,
};
