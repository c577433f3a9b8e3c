import type { AssistantPart, Message, Origin } from '@cuttle/core-types';
import type { ModelProvider, ModelRequest, ThinkingLevel } from '@cuttle/core-types/ports';
import type { ModelServer, Script } from '@cuttle/testkit';
import { text } from '@cuttle/testkit';
import { signThinking } from '@cuttle/testkit/anthropic';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callIds, image, inputs, names, textPart, userPart, words } from './any-part.ts';
import { collectAnswer } from './collect-answer.ts';

export interface TranscriptSuite {
  readonly models: readonly string[];
  readonly dialect: string;
  /** What a service refuses that nothing but asking tells, and is then asked in another way. */
  readonly remedied?: RegExp;
  serve(script: Script): Promise<ModelServer>;
  connect(server: ModelServer): ModelProvider;
}

/** Hundreds of requests over a socket, on a machine that does other things. */
const slowTest = 60_000;

const never = new AbortController().signal;

/**
 * A conversation that began anywhere goes on here: whatever the neutral model can hold, broken by crashes and aborts
 * or said by another service, no service refuses what we make of it. The testkit's server is as strict as the real one.
 */
export function describeTranscripts(name: string, suite: TranscriptSuite): void {
  describe(`${name} takes any transcript`, () => {
    it(
      'without breaking a rule of the service',
      async () => {
        await using server = await suite.serve(() => [text('ok')]);
        const provider = suite.connect(server);
        await fc.assert(
          fc.asyncProperty(anyRequest(suite), async (request) => {
            const before = server.violations.length;
            const { error } = await collectAnswer(provider.stream(request, never));
            const broken = server.violations
              .slice(before)
              .filter((rule) => !suite.remedied?.test(rule));
            expect({ error, broken }).toEqual({ error: undefined, broken: [] });
          }),
          { numRuns: 150 },
        );
      },
      slowTest,
    );

    it(
      'and encodes it to the same bytes each time, whatever the order of tools and keys',
      async () => {
        await using server = await suite.serve(() => [text('ok')]);
        const provider = suite.connect(server);
        await fc.assert(
          fc.asyncProperty(anyRequest(suite), async (request) => {
            const turned = { ...request, tools: request.tools.toReversed() };
            await collectAnswer(provider.stream(request, never));
            const first = server.requests.at(-1);
            await collectAnswer(provider.stream(withKeysTurned(turned), never));
            expect(server.requests.at(-1)?.text).toBe(first?.text);
          }),
          { numRuns: 40 },
        );
      },
      slowTest,
    );
  });
}

/** Stored calls may come back with their keys in another order. */
function withKeysTurned(request: ModelRequest): ModelRequest {
  const messages = request.messages.map((message): Message => {
    if (message.role !== 'assistant') return message;
    const parts = message.parts.map((part): AssistantPart => {
      if (part.type !== 'tool-call' || typeof part.input !== 'object' || part.input === null)
        return part;
      if (Array.isArray(part.input)) return part;
      const input = Object.fromEntries(Object.entries(part.input).toReversed());
      return { ...part, input };
    });
    return { ...message, parts };
  });
  return { ...request, messages };
}

function origins(suite: TranscriptSuite, model: string): fc.Arbitrary<Origin> {
  return fc.constantFrom(
    { dialect: suite.dialect, provider: suite.dialect, model },
    { dialect: suite.dialect, provider: suite.dialect, model: 'another' },
    { dialect: 'gemini', provider: 'gemini', model: 'gemini-3' },
  );
}

/** Thinking is signed by whoever says it; ours by the testkit's own hand, so that it is recognised. */
function thinkingPart(origin: Origin): fc.Arbitrary<AssistantPart> {
  return words.map((said) => ({
    type: 'thinking' as const,
    text: said,
    ...(['anthropic', 'bedrock'].includes(origin.dialect) &&
      origin.model !== 'another' && { signature: signThinking(said) }),
    ...(origin.dialect === 'gemini' && { signature: 'not yours' }),
  }));
}

function assistantMessage(origin: Origin): fc.Arbitrary<Message> {
  const call = fc.record({
    type: fc.constant('tool-call' as const),
    callId: callIds,
    name: names,
    input: inputs,
  });
  const foreign = fc.constant({
    type: 'opaque' as const,
    origin: { dialect: 'gemini', provider: 'gemini', model: 'gemini-3' },
    value: { thoughtSignature: 'abc' },
  });
  const body = fc.array(fc.oneof(textPart, call, foreign), { maxLength: 4 });
  const thought = fc.option(thinkingPart(origin), { nil: undefined });
  return fc
    .record({ thought, body, partial: fc.boolean() })
    .map(({ thought: first, body: rest, partial }) => ({
      role: 'assistant' as const,
      parts: first ? [first, ...rest] : rest,
      origin,
      ...(partial && { partial }),
    }));
}

function anyMessage(suite: TranscriptSuite, model: string): fc.Arbitrary<Message> {
  const result = fc.record({
    type: fc.constant('tool-result' as const),
    callId: callIds,
    name: names,
    ok: fc.boolean(),
    content: fc.array(fc.oneof({ weight: 3, arbitrary: textPart }, image), { maxLength: 2 }),
  });
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .array(userPart, { maxLength: 3 })
        .map((parts) => ({ role: 'user' as const, parts })),
    },
    { weight: 4, arbitrary: origins(suite, model).chain(assistantMessage) },
    {
      weight: 3,
      arbitrary: fc
        .array(result, { maxLength: 3 })
        .map((parts) => ({ role: 'tool' as const, parts })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(textPart, { maxLength: 2 })
        .map((parts) => ({ role: 'system' as const, parts })),
    },
  );
}

const levels: readonly (ThinkingLevel | undefined)[] = [
  undefined,
  'off',
  'minimal',
  'low',
  'medium',
  'high',
  'max',
];

function anyRequest(suite: TranscriptSuite): fc.Arbitrary<ModelRequest> {
  return fc.constantFrom(...suite.models).chain((model) => {
    const tools = fc.uniqueArray(names, { maxLength: 4 }).map((offered) =>
      offered.map((name) => ({
        name,
        description: `Does ${name}.`,
        parameters:
          name === 'look' ? {} : { type: 'object', properties: { a: { type: 'string' } } },
      })),
    );
    return fc.record({
      model: fc.constant(model),
      system: fc.constantFrom(undefined, '', 'Be brief.'),
      messages: fc.array(anyMessage(suite, model), { maxLength: 10 }),
      tools,
      thinking: fc.constantFrom(...levels),
      parameters: fc.constantFrom(
        undefined,
        { temperature: 0.2, topP: 0.9 },
        { maxOutputTokens: 200, stop: ['END', ' '] },
        { toolChoice: 'none' as const },
        { toolChoice: 'auto' as const },
      ),
      cacheKey: fc.constantFrom(undefined, 'session-1'),
    });
  });
}
