import { isCuttleError } from '@cuttle/core-types/errors';
import type { Embedder, EmbeddingRequest } from '@cuttle/core-types/ports';
import {
  cut,
  type EmbeddingScript,
  endEarly,
  failWith,
  htmlError,
  malformed,
  manualClock,
  type ModelServer,
  overloaded,
  rateLimited,
  stall,
} from '@cuttle/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderDeps } from '../provider-deps.ts';
import { bytesFetch } from './bytes-fetch.ts';

const never = new AbortController().signal;

export interface EmbedderSuite {
  readonly model: string;
  readonly dimensions: number;
  /** A shorter length that the model takes, if it takes any. */
  readonly shorter: number | undefined;
  /** Texts of one request at most. */
  readonly mostTexts: number;
  /** Its answer is one vector and no list. */
  readonly answersSingly?: true;
  readonly idleTimeoutMs: number;
  /** What the service is told of a purpose, if anything. */
  readonly purposes?: { readonly document: string; readonly query: string };
  serve(embeddings: EmbeddingScript): Promise<ModelServer>;
  connect(server: ModelServer, deps: ProviderDeps): Embedder;
  /** An embedder whose service is the given `fetch`. */
  connectFetch(deps: ProviderDeps): Embedder;
  /** A body of the service with these in place of its vectors. */
  answer(vectors: readonly unknown[]): string;
}

type HostileAnswer = readonly [what: string, vectors: readonly unknown[]];

/** What every embedder promises: the service is the testkit's, over a socket. */
export function describeEmbedder(name: string, suite: EmbedderSuite): void {
  const { model, dimensions } = suite;
  const ask = (texts: readonly string[]): EmbeddingRequest => ({ model, texts });
  const failureOf = (embedder: Embedder, request: EmbeddingRequest): Promise<unknown> =>
    embedder.embed(request, never).then(
      () => undefined,
      (error: unknown) => error,
    );
  const settle = (server: ModelServer): Promise<unknown> =>
    Promise.all(server.requests.map(({ settled }) => settled));
  const answering = (vectors: readonly unknown[]): Embedder =>
    suite.connectFetch({
      fetch: bytesFetch({ status: 200, body: Buffer.from(suite.answer(vectors)) }, Infinity),
    });
  const whole = Array.from({ length: 8 }, (_, at) => at / 8);

  describe(`${name} keeps the contract of an embedder`, () => {
    it('gives one vector for each text, in the order of the texts', async () => {
      await using server = await suite.serve([]);
      const embedder = suite.connect(server, {});
      const texts = ['the cat sleeps', 'a cat is asleep', 'invoices are due in March'];
      const { vectors, inputTokens } = await embedder.embed(ask(texts), never);
      expect(vectors.map(({ length }) => length)).toEqual([dimensions, dimensions, dimensions]);
      expect(inputTokens).toBeGreaterThan(0);
      const [cat, asleep, invoice] = vectors;
      expect(near(cat, asleep)).toBeGreaterThan(near(cat, invoice));
      const alone = await embedder.embed(ask([texts[2] ?? '']), never);
      expect(near(alone.vectors[0], invoice)).toBeCloseTo(1, 5);
      expect(server.violations).toEqual([]);
    });

    it('sends as many texts at once as the service takes, and puts the answers together', async () => {
      await using server = await suite.serve([]);
      const count = suite.mostTexts + 2;
      const texts = Array.from({ length: count }, (_, at) => `text number ${at}`);
      const embedder = suite.connect(server, {});
      const { vectors } = await embedder.embed(ask(texts), never);
      expect(vectors).toHaveLength(count);
      expect(server.embeddingCalls.flatMap((call) => call.texts)).toHaveLength(count);
      expect(Math.max(...server.embeddingCalls.map((call) => call.texts.length))).toBe(
        suite.mostTexts,
      );
      const last = await embedder.embed(ask(texts.slice(-1)), never);
      expect(near(last.vectors[0], vectors.at(-1))).toBeCloseTo(1, 5);
      expect(server.violations).toEqual([]);
    });

    it('sends the same bytes for the same request', async () => {
      await using server = await suite.serve([]);
      const request = { ...ask(['the cat sleeps']), purpose: 'query' as const };
      await suite.connect(server, {}).embed(request, never);
      await suite.connect(server, {}).embed(request, never);
      const [first, second] = server.requests.map(({ text }) => text);
      expect(first).toBe(second);
    });

    it.runIf(suite.purposes)('says what the texts are for', async () => {
      await using server = await suite.serve([]);
      const embedder = suite.connect(server, {});
      await embedder.embed({ ...ask(['a']), purpose: 'document' }, never);
      await embedder.embed({ ...ask(['a']), purpose: 'query' }, never);
      const told = server.embeddingCalls.map(({ purpose }) => purpose);
      expect(told).toEqual([suite.purposes?.document, suite.purposes?.query]);
    });

    it.runIf(suite.shorter)('asks for shorter vectors', async () => {
      await using server = await suite.serve([]);
      const request = { ...ask(['a', 'b']), dimensions: suite.shorter };
      const { vectors } = await suite.connect(server, {}).embed(request, never);
      expect(vectors.map(({ length }) => length)).toEqual([suite.shorter, suite.shorter]);
      expect(server.violations).toEqual([]);
    });

    it.each([
      ['no text', []],
      ['an empty text', ['a', '']],
    ])('refuses %s before anything is sent', async (_what, texts) => {
      await using server = await suite.serve([]);
      const error = await failureOf(suite.connect(server, {}), ask(texts));
      expect(error).toMatchObject({ code: 'provider.invalid' });
      expect(server.requests).toEqual([]);
    });

    it('says that a model is not there', async () => {
      await using server = await suite.serve([]);
      const error = await failureOf(suite.connect(server, {}), { model: 'nothing', texts: ['a'] });
      expect(error).toMatchObject({ code: 'provider.invalid' });
      expect(isCuttleError(error) && error.hint.length > 0).toBe(true);
    });

    const lists: readonly HostileAnswer[] = [
      ['too few vectors', []],
      ['too many vectors', [whole, whole, whole]],
      ['vectors of two lengths', [whole, whole.slice(1)]],
    ];
    it.each<HostileAnswer>([
      ...(suite.answersSingly ? [] : lists),
      ['a vector that is empty', [[], []]],
      ['what is no number', [[...whole.slice(1), null], whole]],
      ['numbers as words', [whole.map(String), whole]],
      ['numbers that no float holds', [[...whole.slice(1), 1e300], whole]],
      ['words', ['abc', whole]],
      ['nothing', [null, whole]],
    ])('refuses an answer with %s', async (_what, vectors) => {
      // A service that takes one text has no lists of vectors.
      const texts = suite.mostTexts === 1 ? ['a'] : ['a', 'b'];
      const error = await failureOf(answering(vectors), ask(texts));
      expect(error).toMatchObject({ code: 'provider.invalid' });
    });

    it('refuses vectors of another length than was asked for', async () => {
      const texts = suite.mostTexts === 1 ? ['a'] : ['a', 'b'];
      const embedder = answering([whole, whole]);
      expect(await failureOf(embedder, { ...ask(texts), dimensions: 4 })).toMatchObject({
        code: 'provider.invalid',
      });
    });

    it.each([
      ['rate-limited', rateLimited(7)],
      ['overloaded', overloaded()],
      ['overloaded', htmlError(502)],
      ['auth', failWith(401)],
      ['overloaded', failWith(500)],
      ['billing', failWith(402)],
      ['malformed', [malformed()]],
      ['network', [cut()]],
      ['network', [endEarly()]],
    ] as const)('tells a failure that is %s', async (code, turn) => {
      await using server = await suite.serve([turn]);
      const error = await failureOf(suite.connect(server, {}), ask(['a']));
      expect(error).toMatchObject({ code: `provider.${code}` });
    });

    it('sends nothing after an abort, and ends at once when one comes', async () => {
      await using server = await suite.serve([[stall()]]);
      const embedder = suite.connect(server, {});
      const reason = new Error('enough');
      await expect(embedder.embed(ask(['a']), AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(server.requests).toEqual([]);
      const controller = new AbortController();
      const asked = embedder.embed(ask(['a']), controller.signal);
      await server.untilEmbeddings(1, never);
      controller.abort(reason);
      await expect(asked).rejects.toBe(reason);
      await settle(server);
      expect(server.requests[0]?.outcome).toBe('aborted');
    });

    it('gives up on a service that stalls', async () => {
      await using server = await suite.serve([[stall()]]);
      const clock = manualClock();
      const asked = failureOf(suite.connect(server, { clock }), ask(['a']));
      await server.untilEmbeddings(1, never);
      for (let step = 0; step < 6; step += 1) await clock.advance(suite.idleTimeoutMs / 4);
      expect(await asked).toMatchObject({ code: 'provider.timeout' });
      expect(clock.sleeping).toBe(0);
    });

    it('says that nobody is there', async () => {
      const server = await suite.serve([]);
      const embedder = suite.connect(server, {});
      await server[Symbol.asyncDispose]();
      expect(await failureOf(embedder, ask(['a']))).toMatchObject({ code: 'provider.network' });
    });

    it('takes any bytes for an answer or a failure, and always ends', async () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.json().map((words) => Buffer.from(words)),
        fc.array(fc.jsonValue(), { maxLength: 3 }).map((sent) => Buffer.from(suite.answer(sent))),
      );
      const status = fc.constantFrom(200, 200, 200, 400, 429, 500);
      await fc.assert(
        fc.asyncProperty(bytes, status, async (body, code) => {
          const fetch = bytesFetch({ status: code, body }, 64);
          const error = await failureOf(suite.connectFetch({ fetch }), ask(['a']));
          const isNamed = isCuttleError(error) && error.code.startsWith('provider.');
          expect(error === undefined || isNamed).toBe(true);
        }),
        { numRuns: 200 },
      );
    });
  });
}

function near(left: Float32Array | undefined, right: Float32Array | undefined): number {
  return [...(left ?? [])].reduce((sum, value, at) => sum + value * (right?.[at] ?? 0), 0);
}
