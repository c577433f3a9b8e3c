import type { ModelProvider } from '@cuttle/core-types/ports';
import {
  manualClock,
  openReplayServer,
  type ReplayServer,
  type TransportVariantId,
  variantsOf,
} from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import type { ProviderDeps } from '../provider-deps.ts';
import { createRetrying } from '../retrying.ts';
import { type AnswerCase, expectAnswer } from './answer-cases.ts';
import { bytesFetch } from './bytes-fetch.ts';
import { collectAnswer, type CollectedAnswer } from './collect-answer.ts';

export interface RecordedSuite {
  readonly cases: readonly AnswerCase[];
  /** What the provider appends to its base URL. */
  readonly suffix: string;
  readonly idleTimeoutMs: number;
  open(baseUrl: string, deps: ProviderDeps): ModelProvider;
}

const signal = new AbortController().signal;
const request = { model: 'm', messages: [], tools: [] };

/** Every recorded answer of a dialect is read exactly, however its bytes come. */
export function describeRecorded(name: string, suite: RecordedSuite): void {
  describe(`${name} reads what was recorded`, () => {
    describe.each([
      { pieces: 'in one piece', bytes: Infinity },
      { pieces: 'in pieces of 7 bytes', bytes: 7 },
      { pieces: 'byte by byte', bytes: 1 },
    ])('$pieces', ({ bytes }) => {
      const fitting = suite.cases.filter(
        ({ recorded }) => bytes > 1 || recorded.body.length < 20_000,
      );
      it.each(fitting)('$title', async ({ recorded, expected }) => {
        const fetch = bytesFetch(recorded, bytes);
        const provider = suite.open('http://127.0.0.1:9/v1', { fetch });
        expect.hasAssertions();
        expectAnswer(await collectAnswer(provider.stream(request, signal)), expected);
      });
    });

    describe.each(socketVariants(suite.cases))('over a socket, as %s', (variant, cases) => {
      it.each(cases)('$title', async (answer) => {
        await using server = await openReplayServer({
          recorded: answer.recorded,
          variant,
          pauseMs: 1,
        });
        expect.hasAssertions();
        await expectVariant(variant, { answer, server, suite });
        expect(server.violations).toEqual([]);
        expect(server.strayed).toEqual([]);
      });
    });
  });
}

/** Small pieces are read without a socket, above; over one, a few show that it is the same. */
const mostBytes: Partial<Record<TransportVariantId, number>> = {
  'byte-by-byte': 400,
  'chunks-7': 1500,
  gzip: 8000,
  slow: 2000,
};

function socketVariants(
  cases: readonly AnswerCase[],
): readonly (readonly [TransportVariantId, readonly AnswerCase[]])[] {
  const variants = new Map<TransportVariantId, AnswerCase[]>();
  for (const answer of cases) {
    for (const variant of variantsOf(answer.recorded)) {
      if (answer.recorded.body.length > (mostBytes[variant] ?? Infinity)) continue;
      variants.set(variant, [...(variants.get(variant) ?? []), answer]);
    }
  }
  return [...variants];
}

interface Trial {
  readonly answer: AnswerCase;
  readonly server: ReplayServer;
  readonly suite: RecordedSuite;
}

async function expectVariant(variant: TransportVariantId, trial: Trial): Promise<void> {
  const { answer, server, suite } = trial;
  const base =
    answer.recorded.request === undefined ? `${server.origin}/v1` : server.baseUrl(suite.suffix);
  if (variant === 'stall') return expectFailure(await readStalled(base, suite), 'timeout');
  if (variant === 'abort') return expectAborted(base, trial);
  if (variant === 'retry-then-ok') return expectRetried(base, trial);
  const provider = suite.open(base, { clock: manualClock() });
  const collected = await collectAnswer(provider.stream(request, signal));
  const failure = failureOf(variant, answer);
  if (failure !== undefined) return expectFailure(collected, failure);
  return expectAnswer(collected, answer.expected);
}

async function expectRetried(base: string, { answer, suite }: Trial): Promise<void> {
  const slept: number[] = [];
  const sleep = async (ms: number): Promise<void> => void slept.push(ms);
  const provider = suite.open(base, { clock: manualClock() });
  const patient = createRetrying(provider, { clock: { sleep }, random: () => 0, maxAttempts: 2 });
  expectAnswer(await collectAnswer(patient.stream(request, signal)), answer.expected);
  expect(slept).toEqual([1000]);
}

/** What each broken delivery is called. Damage in the middle of an answer is an error, since nobody knows what is lost. */
const failures: Partial<Record<TransportVariantId, string>> = {
  cut: 'network',
  'fin-early': 'network|malformed',
  'garbage-line': 'malformed',
  'html-200': 'invalid',
  'redirect-307': 'invalid',
  'always-429': 'rate-limited',
};

function failureOf(variant: TransportVariantId, { expected }: AnswerCase): string | undefined {
  // With neither a reason to finish nor a last record, nothing tells the end from a cut.
  if (variant === 'no-done' && expected.finish === null) return 'network';
  // The error may come before the damage.
  if (variant === 'garbage-line' && expected.error) return 'malformed|overloaded|overflow';
  return failures[variant];
}

function expectFailure({ events, error }: CollectedAnswer, codes: string): void {
  expect(error).toMatchObject({
    code: expect.stringMatching(new RegExp(`^provider\\.(?:${codes})$`)),
  });
  expect(events.filter(({ type }) => type === 'finish')).toEqual([]);
  expect(String(error)).not.toMatch(/<html|<!doctype/i);
}

/** Time goes on for as long as the answer is not over. */
async function readStalled(base: string, suite: RecordedSuite): Promise<CollectedAnswer> {
  const clock = manualClock();
  const stream = suite.open(base, { clock }).stream(request, signal);
  const state = { over: false };
  const reading = collectAnswer(stream).finally(() => {
    state.over = true;
  });
  while (!state.over) await clock.advance(suite.idleTimeoutMs / 8);
  return reading;
}

async function expectAborted(base: string, { server, suite }: Trial): Promise<void> {
  const controller = new AbortController();
  const reason = new Error('enough');
  const reading = collectAnswer(suite.open(base, {}).stream(request, controller.signal));
  // The head of the answer is out, and the rest never ends.
  while (server.requests.length === 0) await new Promise(setImmediate);
  controller.abort(reason);
  expect((await reading).error).toBe(reason);
  await server.requests[0]?.settled;
  expect(server.requests[0]?.outcome).toBe('aborted');
}
