import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJourney, type Journey } from '../contract/any-journey.ts';
import { type SpokenDialect, spokenDialects } from '../contract/dialects.ts';
import { openStation, type Visit, walkJourney } from '../contract/walk-journey.ts';

/** What a service holds in its prompt cache, in the order in which the model reads it; `turns` stands last and grows. */
interface Prompt {
  readonly head: string;
  readonly turns: string;
}

/** Where each dialect keeps its conversation. All else of a request is the head. */
const turnsKeys: Readonly<Record<string, string>> = {
  anthropic: 'messages',
  bedrock: 'messages',
  gemini: 'contents',
  ollama: 'messages',
  openai: 'messages',
  'openai-responses': 'input',
};
const stops = 5;

describe('the requests of one conversation', () => {
  it.each(spokenDialects.map((dialect) => [dialect.id, dialect] as const))(
    'begin with the bytes of the request before, so that a prompt cache hits: %s',
    async (_id, dialect) => {
      await using station = await openStation(dialect);
      await fc.assert(
        fc.asyncProperty(anyConversation(dialect), async (journey) => {
          const visits = await walkJourney(
            journey,
            journey.map(() => station),
          );
          const prompts = visits.map((visit) => promptOf(visit, dialect));
          expect(new Set(prompts.map(({ head }) => head)).size).toBe(1);
          for (const [at, { turns }] of prompts.entries()) {
            const before = prompts[at - 1]?.turns ?? '';
            expect(turns.slice(0, before.length)).toBe(before);
          }
        }),
        { numRuns: 30, seed: 1 },
      );
    },
    60_000,
  );

  it.each([
    ['anthropic', /"cache_control":\{"type":"ephemeral"\}/g],
    ['bedrock', /\{"cachePoint":\{"type":"default"\}\}/g],
  ])(
    'mark at most four ends of what repeats, the last of them the newest: %s',
    async (id, mark) => {
      const dialect = spokenDialects.find((one) => one.id === id);
      if (!dialect) throw new Error(`There is no dialect ${id}.`);
      await using station = await openStation(dialect);
      const journey =
        fc.sample(anyConversation({ ...dialect, models: [dialect.models[0]] }), {
          numRuns: 1,
          seed: 3,
        })[0] ?? [];
      const visits = await walkJourney(
        journey,
        journey.map(() => station),
      );
      for (const { call } of visits) {
        const body = call?.request.text ?? '';
        const places = [...body.matchAll(mark)].map(({ index }) => index);
        expect(places.length).toBeGreaterThan(1);
        expect(places.length).toBeLessThanOrEqual(4);
        // Behind the mark of the newest turn nothing is said.
        const [, key] = ['', turnsKeys[id] ?? ''];
        const turns = body.slice(body.indexOf(`"${key}":`));
        expect(turns.match(mark)?.length).toBe(1);
      }
    },
  );
});

/**
 * One conversation with one model and one way to think; people, tools and aborts in between. Each answer says something:
 * what people said before and after none is one message.
 */
function anyConversation({ models }: SpokenDialect): fc.Arbitrary<Journey> {
  const thinking = fc.constantFrom(undefined, 'high' as const);
  return fc
    .tuple(anyJourney(stops), fc.nat(models.length - 1), thinking)
    .map(([journey, model, level]) =>
      journey.map((stop, at) => {
        const before = journey[at - 1];
        const goesOn = before !== undefined && before.calls.length > 0 && before.arrived === 100;
        return {
          ...stop,
          model,
          thinking: level,
          thought: 'Hm.',
          text: ['Well.', ...stop.text],
          arrived: Math.max(75, stop.arrived),
          user: goesOn ? stop.user : [{ type: 'text' as const, text: 'Next.' }, ...stop.user],
        };
      }),
    );
}

/** Marks of the cache move with the end and are no part of what is cached. */
function promptOf({ call }: Visit, { id }: SpokenDialect): Prompt {
  const text = (call?.request.text ?? '')
    .replaceAll(/,?"cache_control":\{"type":"ephemeral"\}/g, '')
    .replaceAll(/,?\{"cachePoint":\{"type":"default"\}\}/g, '');
  const key = turnsKeys[id] ?? '';
  const { [key]: turns, ...head }: Readonly<Record<string, unknown>> = JSON.parse(text);
  // What the next request adds, it adds before the brackets that close this one.
  return { head: JSON.stringify(head), turns: JSON.stringify(turns).replace(/["\]}]*$/, '') };
}
