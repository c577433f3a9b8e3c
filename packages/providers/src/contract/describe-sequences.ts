import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callsOf, type Message, userText } from '@cuttle/core-types';
import type { ModelProvider } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ProviderDeps } from '../provider-deps.ts';
import type { AnswerCase } from './answer-cases.ts';
import { type BytesAnswer, bytesFetch } from './bytes-fetch.ts';
import { collectAnswer, toAssistantMessage } from './collect-answer.ts';

const Sequence = z.object({
  name: z.string(),
  steps: z.array(
    z.object({
      model: z.string(),
      response: z.object({
        status: z.number(),
        headers: z.record(z.string(), z.string()),
        body: z.string().optional(),
        /** Of an answer that is no text. */
        body_b64: z.base64().optional(),
      }),
      must_appear_in_next_request: z.array(z.object({ kind: z.string(), value: z.string() })),
    }),
  ),
});

const signal = new AbortController().signal;

/** What a service needs to see again in the next request is there, in conversations that were recorded. */
export function describeSequences(
  name: string,
  suite: { readonly folder: string; open(sequence: string, deps: ProviderDeps): ModelProvider },
): void {
  const sequences = readdirSync(suite.folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => Sequence.parse(JSON.parse(readFileSync(join(suite.folder, file), 'utf8'))));

  describe(`${name} sends back what a service wants to see again`, () => {
    it.each(sequences.map((sequence) => [sequence.name, sequence] as const))(
      '%s',
      async (title, { steps }) => {
        expect.hasAssertions();
        for (const step of steps.filter((each) => each.must_appear_in_next_request.length > 0)) {
          const { status, headers, body = '', body_b64: binary } = step.response;
          const bytes = binary === undefined ? Buffer.from(body) : Buffer.from(binary, 'base64');
          const answer = { status, headers, body: bytes };
          const sent = await askAgainAfter({ model: step.model, answer }, (deps) =>
            suite.open(title, deps),
          );
          for (const { value } of step.must_appear_in_next_request)
            expect(sent).toContain(JSON.stringify(value).slice(1, -1));
        }
      },
    );
  });
}

/** The same for single answers that say themselves what they want to see again. */
export function describeEchoes(
  name: string,
  suite: {
    readonly cases: readonly AnswerCase[];
    open(title: string, deps: ProviderDeps): ModelProvider;
  },
): void {
  const echoing = suite.cases.filter(({ expected }) => expected.must_echo_in_next_turn);
  describe(`${name} sends back what an answer wants to see again`, () => {
    it.each(echoing)('$title', async ({ title, recorded, expected }) => {
      expect.hasAssertions();
      const sent = await askAgainAfter({ model: 'm', answer: recorded }, (deps) =>
        suite.open(title, deps),
      );
      for (const { value } of expected.must_echo_in_next_turn ?? [])
        expect(sent).toContain(JSON.stringify(value).slice(1, -1));
    });
  });
}

/** Reads the recorded answer, gives each of its calls a result, and returns the body of the next request. */
async function askAgainAfter(
  step: { readonly model: string; readonly answer: BytesAnswer },
  open: (deps: ProviderDeps) => ModelProvider,
): Promise<string> {
  const answer = bytesFetch(step.answer);
  const bodies: string[] = [];
  const provider = open({
    fetch: async (input, init) => {
      bodies.push(await new Request(input, init).text());
      return answer(input, init);
    },
  });
  const first: readonly Message[] = [userText('go')];
  const { events } = await collectAnswer(
    provider.stream({ model: step.model, messages: first, tools: [] }, signal),
  );
  const origin = { dialect: provider.dialect, provider: provider.id, model: step.model };
  const said = toAssistantMessage(events, origin);
  const results = callsOf(said).map(({ callId, name }) => ({
    type: 'tool-result' as const,
    callId,
    name,
    ok: true,
    content: [{ type: 'text' as const, text: 'done' }],
  }));
  const next: readonly Message[] =
    results.length > 0 ? [{ role: 'tool', parts: results }] : [userText('go on')];
  const messages = [...first, said, ...next];
  await collectAnswer(provider.stream({ model: step.model, messages, tools: [] }, signal));
  return bodies.at(-1) ?? '';
}
