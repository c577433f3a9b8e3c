import {
  collectFacts,
  type ContextEntry,
  createTokenMeter,
  defaultContextRules,
  fitContext,
  planCompaction,
  toSummaryMessages,
} from '@cuttle/agent';
import { type Message, type SummaryBody, textOf, userText } from '@cuttle/core-types';
import type { ModelProvider } from '@cuttle/core-types/ports';
import { createAnthropic } from '@cuttle/providers/anthropic';
import { createGemini } from '@cuttle/providers/gemini';
import { createOllama } from '@cuttle/providers/ollama';
import { createOpenai } from '@cuttle/providers/openai';
import { createOpenaiResponses } from '@cuttle/providers/openai-responses';
import { type ModelServer, text } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openGeminiServer } from '@cuttle/testkit/gemini';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openOpenaiResponsesServer } from '@cuttle/testkit/openai-responses';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Spoken {
  readonly id: string;
  readonly model: string;
  open(): Promise<ModelServer>;
  create(baseUrl: string): ModelProvider;
}
const script = (): ReturnType<typeof text>[] => [text('ok')];
const apiKey = 'test-key';
const dialects: readonly Spoken[] = [
  {
    id: 'anthropic',
    model: 'claude-sonnet-4-5',
    open: () => openAnthropicServer({ script }),
    create: (baseUrl) => createAnthropic({ apiKey, baseUrl }),
  },
  {
    id: 'gemini',
    model: 'gemini-3-flash-preview',
    open: () => openGeminiServer({ script }),
    create: (baseUrl) => createGemini({ apiKey, baseUrl }),
  },
  {
    id: 'ollama',
    model: 'qwen3',
    open: () => openOllamaServer({ script }),
    create: (baseUrl) => createOllama({ baseUrl }),
  },
  {
    id: 'openai',
    model: 'gpt-4o-mini',
    open: () => openOpenaiServer({ script }),
    create: (baseUrl) => createOpenai({ apiKey, baseUrl }),
  },
  {
    id: 'openai-responses',
    model: 'gpt-5-mini',
    open: () => openOpenaiResponsesServer({ script }),
    create: (baseUrl) => createOpenaiResponses({ apiKey, baseUrl }),
  },
];

/** What a transcript may hold: also calls without results, results without calls, empty words, and ids that come twice. */
const anyEntry: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(9_000).map((chars) => userText(`u${'word '.repeat(chars / 5)}`)) },
  fc.constantFrom(userText(''), userText('   ')),
  fc.nat(3_000).map((chars): Message => ({
    role: 'assistant',
    parts: [{ type: 'text', text: 'said '.repeat(chars / 5) }],
  })),
  fc
    .array(fc.constantFrom('c1', 'c2', 'c3'), { minLength: 1, maxLength: 3 })
    .map((ids): Message => ({
      role: 'assistant',
      parts: ids.map((callId) => ({ type: 'tool-call', callId, name: 'look', input: {} })),
    })),
  fc
    .array(fc.tuple(fc.constantFrom('c1', 'c2', 'c9'), fc.nat(60_000), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    })
    .map((results): Message => ({
      role: 'tool',
      parts: results.map(([callId, chars, ok]) => ({
        type: 'tool-result',
        callId,
        name: 'look',
        ok,
        content: [{ type: 'text', text: 'line 1\n'.repeat(chars / 7) }],
      })),
    })),
);
const anyTranscript = fc
  .array(anyEntry, { minLength: 1, maxLength: 25 })
  .map((messages) => [...messages, userText('and now?')]);

const meter = createTokenMeter('gpt');
const window = 12_000;
const room = { window, fixedTokens: 0, scale: 1000, refusals: 0 };

/** A view as a run makes it: summarised where it is crowded, then pruned. */
function toView(messages: readonly Message[]): {
  readonly view: readonly Message[];
  readonly covered: number;
} {
  const entries: ContextEntry[] = messages.map((message, at) => ({
    seq: at + 1,
    runId: 'r',
    messages: [message],
  }));
  const first = fitContext(messages, room, { rules: defaultContextRules, meter });
  const limits = { kept: first.room, keptEntries: 50, chunk: 1_000_000 };
  const plan = first.isCrowded
    ? planCompaction(entries, limits, { meter, previous: undefined })
    : undefined;
  if (!plan) return { view: first.messages, covered: 0 };
  const body: SummaryBody = {
    v: 1,
    text: 'What was said.',
    facts: collectFacts(plan.chunk.flatMap((entry) => entry.messages)),
    kept: [...plan.kept],
    by: 'model',
    runId: 'r',
    target: plan.target,
    entries: plan.chunk.length,
  };
  const shorter = [...toSummaryMessages(body), ...messages.slice(plan.uptoSeq)];
  const { messages: view } = fitContext(shorter, room, { rules: defaultContextRules, meter });
  return { view, covered: plan.uptoSeq };
}

describe('a view of any transcript', () => {
  it('shows every message of a person, or a summary that stands for it', () => {
    fc.assert(
      fc.property(anyTranscript, (messages) => {
        const { view, covered } = toView(messages);
        const shown = new Set(view.map(textOf));
        const left = messages.slice(covered).filter(({ role }) => role === 'user');
        expect(left.filter((message) => !shown.has(textOf(message)))).toEqual([]);
        expect(view.at(-1)).toEqual(userText('and now?'));
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it.each(dialects.map((dialect) => [dialect.id, dialect] as const))(
    'is taken by a service that refuses what its vendor refuses: %s',
    async (_id, { model, open, create }) => {
      await using server = await open();
      const provider = create(server.url);
      await fc.assert(
        fc.asyncProperty(anyTranscript, async (messages) => {
          const request = { model, messages: toView(messages).view, tools: [] };
          const events = [];
          for await (const event of provider.stream(request, AbortSignal.timeout(10_000)))
            events.push(event.type);
          expect(events.at(-1)).toBe('finish');
        }),
        { numRuns: 25, seed: 5 },
      );
      expect(server.rejections).toEqual([]);
      expect(server.violations).toEqual([]);
    },
  );
});
