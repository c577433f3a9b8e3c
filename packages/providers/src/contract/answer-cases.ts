import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import { readRecordedCase, type RecordedCase } from '@cuttle/testkit';
import { expect } from 'vitest';
import { z } from 'zod';
import { type CollectedAnswer, textIn } from './collect-answer.ts';

const Expectation = z.looseObject({
  text: z.string(),
  reasoning: z.string(),
  tool_calls: z.array(
    z
      .looseObject({
        id: z.string().nullish(),
        name: z.string(),
        args: z.unknown().optional(),
        // Of a tool that takes any text.
        args_text: z.string().optional(),
      })
      .transform(({ id, name, args, args_text: text }) => ({ id, name, args: text ?? args })),
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
type Expectation = z.infer<typeof Expectation>;

/** One recorded answer and what it says. */
export interface AnswerCase {
  readonly title: string;
  readonly recorded: RecordedCase;
  readonly expected: Expectation;
}

/** Where the expectation of a case is not ours, by its title: what it is instead, and why in a comment there. */
export type Deviations = Readonly<Record<string, Partial<z.input<typeof Expectation>>>>;

export async function readCases(
  folder: string,
  deviations: Deviations = {},
): Promise<readonly AnswerCase[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.case.json'));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const recorded = await readRecordedCase(join(folder, file));
      const title = `${recorded.provider}/${recorded.name}`;
      const expected = Expectation.parse({ ...recorded.expected, ...deviations[title] });
      return { title, recorded, expected };
    }),
  );
}

/** Their names of what went wrong → our codes. */
const codes: Readonly<Record<string, string>> = {
  rate_limit: 'provider.rate-limited',
  overloaded: 'provider.overloaded',
  timeout: 'provider.timeout',
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
export function expectAnswer({ events, error }: CollectedAnswer, wanted: Expectation): void {
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
  expect(ids).toEqual(wanted.tool_calls.map(({ id }, index) => id || ids[index]));
}

type WantedUsage = NonNullable<Expectation['usage']>;

/** Counts that only we read are not compared. */
function statedBy(usage: Usage, wanted: WantedUsage): Usage {
  const { cacheReadTokens, cacheWriteTokens, reasoningTokens } = usage;
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    ...(wanted.cache_read !== undefined && cacheReadTokens && { cacheReadTokens }),
    ...(wanted.cache_write !== undefined && cacheWriteTokens && { cacheWriteTokens }),
    ...(wanted.reasoning !== undefined && reasoningTokens && { reasoningTokens }),
  };
}

function toUsage(usage: WantedUsage): Usage {
  return {
    inputTokens: usage.input_total,
    outputTokens: usage.output_total,
    ...(usage.cache_read && { cacheReadTokens: usage.cache_read }),
    ...(usage.cache_write && { cacheWriteTokens: usage.cache_write }),
    ...(usage.reasoning && { reasoningTokens: usage.reasoning }),
  };
}
