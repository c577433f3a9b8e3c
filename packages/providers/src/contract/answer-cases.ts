import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import { expect } from 'vitest';
import { z } from 'zod';
import { type CollectedAnswer, textIn } from './collect-answer.ts';

const Expectation = z.looseObject({
  text: z.string(),
  reasoning: z.string(),
  tool_calls: z.array(
    z.looseObject({ id: z.string().nullish(), name: z.string(), args: z.unknown() }),
  ),
  finish: z.string().nullable(),
  usage: z
    .looseObject({
      input_total: z.number(),
      output_total: z.number(),
      cache_read: z.number().optional(),
      cache_write: z.number().optional(),
      reasoning: z.number().optional(),
    })
    .nullish(),
  error: z
    .looseObject({
      class: z.string(),
      retryable: z.boolean(),
      retry_after_ms: z.number().optional(),
    })
    .nullish(),
  must_echo_in_next_turn: z
    .array(z.looseObject({ kind: z.string(), value: z.string() }))
    .optional(),
});

const CaseFile = z.object({
  name: z.string(),
  provider: z.string(),
  stream: z.boolean(),
  model: z.string().nullish(),
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  expect: Expectation,
});

/** One recorded answer and what it says. */
export interface AnswerCase extends z.infer<typeof CaseFile> {
  readonly title: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Where the expectation of a case is not ours, by its title: what it is instead, and why in a comment there. */
export type Deviations = Readonly<Record<string, Partial<z.input<typeof Expectation>>>>;

export function readCases(folder: string, deviations: Deviations = {}): readonly AnswerCase[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.case.json'))
    .toSorted()
    .map((file) => {
      const parsed = CaseFile.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
      const bytes = new Uint8Array(readFileSync(join(folder, parsed.body)));
      const title = `${parsed.provider}/${parsed.name}`;
      const expectation = Expectation.parse({ ...parsed.expect, ...deviations[title] });
      return { ...parsed, expect: expectation, title, bytes };
    });
}

/** Their names of what went wrong → our codes. */
const codes: Readonly<Record<string, string>> = {
  rate_limit: 'provider.rate-limited',
  overloaded: 'provider.overloaded',
  server: 'provider.overloaded',
  billing: 'provider.billing',
  auth: 'provider.auth',
  context_overflow: 'provider.overflow',
  malformed_tool_call: 'provider.malformed',
  invalid_request: 'provider.invalid',
  not_found: 'provider.invalid',
};

const finishes: Readonly<Record<string, string>> = {
  stop: 'stop',
  tool_calls: 'tool-calls',
  length: 'length',
  content_filter: 'filtered',
  // A turn of server tools that was interrupted, and one that was compacted: the answer so far stands.
  pause: 'stop',
  compaction: 'stop',
};

/** The answer says exactly what the case expects. */
export function expectAnswer({ events, error }: CollectedAnswer, answer: AnswerCase): void {
  const wanted = answer.expect;
  if (wanted.error) {
    expect(isCuttleError(error), `${String(error)} has a code`).toBe(true);
    expect(error).toMatchObject({
      code: codes[wanted.error.class],
      traits: { retryable: wanted.error.retryable },
      ...(wanted.error.retry_after_ms !== undefined && {
        retryAfterMs: wanted.error.retry_after_ms,
      }),
    });
    expect(String(error)).not.toMatch(/<html|<!doctype/i);
    expect(textIn(events)).toBe(wanted.text);
    return;
  }
  expect(error).toBeUndefined();
  const last = events.at(-1);
  expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
  expect({
    text: textIn(events),
    thinking: textIn(events, 'thinking'),
    calls: events.flatMap((event) =>
      event.type === 'tool.call' ? [{ name: event.name, args: event.input }] : [],
    ),
    finish: last?.type === 'finish' ? last.reason : undefined,
    usage: last?.type === 'finish' && wanted.usage ? statedBy(last.usage, wanted.usage) : undefined,
  }).toEqual({
    text: wanted.text,
    thinking: wanted.reasoning,
    calls: wanted.tool_calls.map(({ name, args }) => ({ name, args })),
    finish: finishes[wanted.finish ?? (wanted.tool_calls.length > 0 ? 'tool_calls' : 'stop')],
    usage: wanted.usage ? toUsage(wanted.usage) : undefined,
  });
  const ids = events.flatMap((event) => (event.type === 'tool.call' ? [event.callId] : []));
  expect(new Set(ids).size).toBe(ids.length);
  for (const [index, { id }] of wanted.tool_calls.entries()) if (id) expect(ids[index]).toBe(id);
}

/** Counts that only we read are not compared. */
function statedBy(usage: Usage, wanted: NonNullable<AnswerCase['expect']['usage']>): Usage {
  const stated: Usage = { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
  const { cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage;
  return {
    ...stated,
    ...(wanted.cache_read !== undefined && cacheReadTokens && { cacheReadTokens }),
    ...(wanted.cache_write !== undefined && cacheWriteTokens && { cacheWriteTokens }),
    ...(wanted.reasoning !== undefined && reasoningTokens && { reasoningTokens }),
  };
}

function toUsage(usage: NonNullable<AnswerCase['expect']['usage']>): object {
  return {
    inputTokens: usage.input_total,
    outputTokens: usage.output_total,
    ...(usage.cache_read && { cacheReadTokens: usage.cache_read }),
    ...(usage.cache_write && { cacheWriteTokens: usage.cache_write }),
    ...(usage.reasoning && { reasoningTokens: usage.reasoning }),
  };
}
