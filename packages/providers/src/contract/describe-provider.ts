import { userText } from '@cuttle/core-types';
import type { ModelEvent, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import {
  cut,
  endEarly,
  failWith,
  finish,
  htmlError,
  manualClock,
  type ModelServer,
  overloaded,
  rateLimited,
  type RecordedRequest,
  type Script,
  stall,
  text,
  thinking,
  toolCall,
} from '@cuttle/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { ProviderDeps } from '../provider-deps.ts';
import { type BytesAnswer, bytesFetch } from './bytes-fetch.ts';
import { collectAnswer, textIn } from './collect-answer.ts';

const never = new AbortController().signal;

/** What every provider promises, with or without a service behind it. */
export function describeProvider(
  name: string,
  open: () => { readonly provider: ModelProvider; readonly request: ModelRequest },
): void {
  describe(`${name} keeps the contract of a provider`, () => {
    it('ends with exactly one finish', async () => {
      const { provider, request } = open();
      const { events, error } = await collectAnswer(provider.stream(request, never));
      expect(error).toBeUndefined();
      expect(events.map(({ type }) => type).indexOf('finish')).toBe(events.length - 1);
    });

    it('rejects with the reason of an abort, before it starts and at every event', async () => {
      const { provider, request } = open();
      const { events } = await collectAnswer(provider.stream(request, never));
      for (let stop = 0; stop < events.length; stop += 1) {
        const { error, seen } = await abortAfter(stop, provider, request);
        expect({ error: String(error), seen }).toEqual({ error: 'Error: enough', seen: stop });
      }
    });

    it('answers the same question twice at a time', async () => {
      const { provider, request } = open();
      const [left, right] = await Promise.all([
        collectAnswer(provider.stream(request, never)),
        collectAnswer(provider.stream(request, never)),
      ]);
      expect(textIn(left.events)).toBe(textIn(right.events));
    });

    it('lists its models', async () => {
      const models = await open().provider.models(never);
      expect(models.length).toBeGreaterThan(0);
      expect(models.every(({ id }) => id !== '')).toBe(true);
    });
  });
}

async function abortAfter(
  count: number,
  provider: ModelProvider,
  request: ModelRequest,
): Promise<{ error: unknown; seen: number }> {
  const controller = new AbortController();
  let seen = 0;
  if (count === 0) controller.abort(new Error('enough'));
  try {
    for await (const event of provider.stream(request, controller.signal)) {
      if (event.type === 'finish') break;
      seen += 1;
      if (seen === count) controller.abort(new Error('enough'));
    }
    return { error: undefined, seen };
  } catch (error) {
    return { error, seen };
  }
}

interface TimeLimits {
  readonly totalTimeoutMs?: number;
}

export interface ServiceSuite {
  readonly model: string;
  readonly idleTimeoutMs: number;
  serve(script: Script): Promise<ModelServer>;
  connect(server: ModelServer, deps: ProviderDeps & TimeLimits): ModelProvider;
  /** A provider whose service is the given `fetch`. */
  connectFetch(deps: ProviderDeps): ModelProvider;
  /** Real answers, to be damaged. */
  readonly samples: readonly BytesAnswer[];
}

const answerParts = [
  thinking('let me '),
  thinking('see'),
  text('Hello'),
  text(' there'),
  text('!'),
  toolCall('look', { at: 'it' }),
  finish('tool-calls'),
];

/** What a provider with a service behind it promises: the service is the testkit's, over a socket. */
export function describeService(name: string, suite: ServiceSuite): void {
  const request: ModelRequest = {
    model: suite.model,
    messages: [userText('hi')],
    tools: [
      {
        name: 'look',
        description: 'Looks.',
        parameters: { type: 'object', properties: { at: { type: 'string' } } },
      },
    ],
    thinking: 'low',
  };
  const settle = async (server: ModelServer): Promise<readonly RecordedRequest[]> => {
    await Promise.all(server.requests.map(({ settled }) => settled));
    return server.requests;
  };

  describe(`${name} speaks with its service`, () => {
    it('streams what it says, piece by piece', async () => {
      await using server = await suite.serve([answerParts]);
      const { events, error } = await collectAnswer(
        suite.connect(server, {}).stream(request, never),
      );
      expect(error).toBeUndefined();
      expect(textIn(events)).toBe('Hello there!');
      expect(textIn(events, 'thinking')).toBe('let me see');
      expect(events.filter(({ type }) => type === 'text.delta')).toHaveLength(3);
      expect(events.filter(({ type }) => type === 'tool.call')).toMatchObject([
        { name: 'look', input: { at: 'it' } },
      ]);
      expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls' });
      expect(server.violations).toEqual([]);
    });

    it('sends nothing until the first pull', async () => {
      await using server = await suite.serve([[text('hi')]]);
      const stream = suite.connect(server, {}).stream(request, never);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      expect(server.requests).toEqual([]);
      await collectAnswer(stream);
      expect(server.requests).toHaveLength(1);
    });

    it('sends nothing after an abort', async () => {
      await using server = await suite.serve([]);
      const reason = new Error('enough');
      const provider = suite.connect(server, {});
      const stream = provider.stream(request, AbortSignal.abort(reason));
      expect((await collectAnswer(stream)).error).toBe(reason);
      await expect(provider.models(AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(server.requests).toEqual([]);
    });

    it.each([0, 1, 2, 3, 4])(
      'closes the request when it is aborted after %i events',
      async (count) => {
        await using server = await suite.serve([[...answerParts.slice(0, 5), stall()]]);
        const controller = new AbortController();
        const reason = new Error('enough');
        const events: ModelEvent[] = [];
        const reading = (async () => {
          for await (const event of suite.connect(server, {}).stream(request, controller.signal)) {
            events.push(event);
            if (events.length === count) controller.abort(reason);
          }
        })();
        await server.untilCalls(1, never);
        if (count === 0) controller.abort(reason);
        await expect(reading).rejects.toBe(reason);
        expect(events).toHaveLength(count);
        expect((await settle(server))[0]?.outcome).toBe('aborted');
      },
    );

    it('closes the request when the reader leaves', async () => {
      await using server = await suite.serve([[text('Hello'), stall()]]);
      for await (const event of suite.connect(server, {}).stream(request, never))
        if (event.type === 'text.delta') break;
      expect((await settle(server))[0]?.outcome).toBe('aborted');
    });

    it('keeps the connection for the next request', async () => {
      await using server = await suite.serve([answerParts, answerParts, answerParts]);
      const provider = suite.connect(server, {});
      for (let turn = 0; turn < 3; turn += 1) await collectAnswer(provider.stream(request, never));
      expect((await settle(server)).map(({ outcome }) => outcome)).toEqual([
        'answered',
        'answered',
        'answered',
      ]);
    });

    it.each([
      ['before its first word', [stall()]],
      ['in the middle', [text('Hello'), stall()]],
    ])('gives up on a service that stalls %s', async (_where, turn) => {
      await using server = await suite.serve([turn]);
      const clock = manualClock();
      const reading = collectAnswer(suite.connect(server, { clock }).stream(request, never));
      await server.untilCalls(1, never);
      for (let step = 0; step < 6; step += 1) await clock.advance(suite.idleTimeoutMs / 4);
      const { error } = await reading;
      expect(error).toMatchObject({
        code: 'provider.timeout',
        message: expect.stringMatching(/said nothing for/),
      });
      expect((await settle(server))[0]?.outcome).toBe('aborted');
      expect(clock.sleeping).toBe(0);
    });

    it('gives up on an answer that takes too long, however much it says', async () => {
      await using server = await suite.serve([[text('Hello'), stall()]]);
      const clock = manualClock();
      const provider = suite.connect(server, { clock, totalTimeoutMs: 1000 });
      const reading = collectAnswer(provider.stream(request, never));
      await server.untilCalls(1, never);
      await clock.advance(1000);
      expect((await reading).error).toMatchObject({
        code: 'provider.timeout',
        message: expect.stringMatching(/within 1000 ms/),
      });
      expect(clock.sleeping).toBe(0);
    });

    it('lets its reader take its time', async () => {
      await using server = await suite.serve([[text('a'), text('b'), finish('stop')]]);
      const clock = manualClock();
      const words: string[] = [];
      for await (const event of suite.connect(server, { clock }).stream(request, never)) {
        if (event.type === 'text.delta') words.push(event.text);
        await clock.advance(suite.idleTimeoutMs * 2);
      }
      expect(words.join('')).toBe('ab');
      // The end of the body is read behind the answer.
      while (clock.sleeping > 0) await new Promise(setImmediate);
      expect((await settle(server))[0]?.outcome).toBe('answered');
    });

    it.each([
      ['cut', [text('Hello'), cut()]],
      ['cut before its first word', [cut()]],
      ['ended early', [text('Hello'), endEarly()]],
    ])('calls an answer that was %s a matter of the network', async (_how, turn) => {
      await using server = await suite.serve([turn]);
      const { events, error } = await collectAnswer(
        suite.connect(server, {}).stream(request, never),
      );
      expect(error).toMatchObject({ code: 'provider.network', traits: { retryable: true } });
      expect(events.some(({ type }) => type === 'finish')).toBe(false);
    });

    it.each([
      ['rate-limited', rateLimited(7)],
      ['overloaded', overloaded()],
      ['overloaded', htmlError(502)],
      ['auth', failWith(401)],
      ['overloaded', failWith(500)],
      ['billing', failWith(402)],
    ])('tells a failure that is %s', async (code, turn) => {
      await using server = await suite.serve([turn]);
      const { error } = await collectAnswer(suite.connect(server, {}).stream(request, never));
      expect(error).toMatchObject({ code: `provider.${code}` });
      expect(isCuttleError(error) && error.hint.length > 0).toBe(true);
    });

    it('knows how long a service wants it to wait', async () => {
      await using server = await suite.serve([rateLimited(7)]);
      const { error } = await collectAnswer(suite.connect(server, {}).stream(request, never));
      expect(error).toMatchObject({ retryAfterMs: 7000 });
    });

    it('says that nobody is there', async () => {
      const server = await suite.serve([]);
      const provider = suite.connect(server, {});
      await server[Symbol.asyncDispose]();
      const { error } = await collectAnswer(provider.stream(request, never));
      expect(error).toMatchObject({
        code: 'provider.network',
        message: expect.stringMatching(/refused the connection/),
      });
      await expect(provider.models(never)).rejects.toMatchObject({ code: 'provider.network' });
    });

    it('ends at once when aborted, also with a fetch that does not know of signals', async () => {
      const controller = new AbortController();
      const asked = Promise.withResolvers<void>();
      const late = Promise.withResolvers<Response>();
      const provider = suite.connectFetch({
        fetch: () => {
          asked.resolve();
          return late.promise;
        },
      });
      const reading = collectAnswer(provider.stream(request, controller.signal));
      await asked.promise;
      const reason = new Error('enough');
      controller.abort(reason);
      expect((await reading).error).toBe(reason);
      const cancelled = Promise.withResolvers<void>();
      late.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })));
      await cancelled.promise;
    });

    it('takes any bytes for an answer or a failure, and always ends', async () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.string({ unit: 'binary', maxLength: 400 }).map((words) => Buffer.from(words)),
        fc.json().map((words) => Buffer.from(`data: ${words}\n\n`)),
        fc.json().map((words) => Buffer.from(`${words}\n`)),
        damaged(suite.samples),
      );
      const status = fc.constantFrom(200, 200, 200, 204, 400, 429, 500);
      const piece = fc.constantFrom(1, 3, 64, Infinity);
      await fc.assert(
        fc.asyncProperty(bytes, status, piece, async (body, code, pieceBytes) => {
          const fetch = code === 204 ? emptyFetch : bytesFetch({ status: code, body }, pieceBytes);
          const stream = suite.connectFetch({ fetch }).stream(request, never);
          const { events, error } = await collectAnswer(stream);
          const finishes = events.filter(({ type }) => type === 'finish').length;
          const failed = isCuttleError(error) && error.code.startsWith('provider.');
          expect({ finishes, failed, error }).toEqual({
            finishes: error === undefined ? 1 : 0,
            failed: error !== undefined,
            error,
          });
        }),
        { numRuns: 200 },
      );
    }, 60_000);
  });
}

const emptyFetch = async (): Promise<Response> => new Response(null, { status: 204 });

/** A real answer, cut, with a byte changed or with a piece repeated. */
function damaged(samples: readonly BytesAnswer[]): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      sample: fc.constantFrom(...samples.map(({ body }) => body)),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      byte: fc.nat(255),
      how: fc.constantFrom('cut', 'change', 'repeat'),
    })
    .map(({ sample, at, byte, how }) => {
      const place = Math.floor(at * (sample.length - 1));
      if (how === 'cut') return sample.subarray(0, place);
      const changed = Buffer.from(sample);
      if (how === 'repeat') return Buffer.concat([changed.subarray(0, place), changed]);
      changed[place] = byte;
      return changed;
    });
}
