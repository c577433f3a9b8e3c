import { join } from 'node:path';
import { openReplayServer } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { type AnswerCase, readCases } from '../contract/answer-cases.ts';
import { collectAnswer } from '../contract/collect-answer.ts';
import { describeRecorded } from '../contract/describe-recorded.ts';
import { createBedrock } from './provider.ts';

const cases = await readCases(join(import.meta.dirname, 'fixtures'));

/** The model stands in the path, and the suite asks for one of its own, always as a stream. */
const underOneModel = ({ recorded, ...rest }: AnswerCase): AnswerCase => {
  const { request } = recorded;
  if (request === undefined) return { recorded, ...rest };
  return {
    ...rest,
    recorded: { ...recorded, request: { ...request, path: '/model/m/converse-stream' } },
  };
};

describeRecorded('bedrock', {
  cases: cases.map(underOneModel),
  suffix: '/model/m/converse-stream',
  idleTimeoutMs: 120_000,
  open: (baseUrl, deps) => createBedrock({ apiKey: 'test-key', baseUrl, ...deps }),
});

describe('bedrock asks where it was recorded', () => {
  const streamed = cases.filter(({ recorded }) =>
    recorded.request?.path.endsWith('/converse-stream'),
  );

  it.each(streamed)('$title', async ({ recorded }) => {
    await using server = await openReplayServer({ recorded });
    const model = decodeURIComponent(recorded.request?.path.split('/')[2] ?? '');
    const provider = createBedrock({ apiKey: 'k', baseUrl: server.origin });
    const request = { model, messages: [], tools: [] };

    const { signal } = new AbortController();
    const { error } = await collectAnswer(provider.stream(request, signal));

    expect({ error, violations: server.violations }).toEqual({ error: undefined, violations: [] });
  });
});
