import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeRecorded } from '../contract/describe-recorded.ts';
import { createOpenaiResponses } from './provider.ts';

describeRecorded('openai-responses', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  suffix: '/responses',
  idleTimeoutMs: 120_000,
  open: (baseUrl, deps) => createOpenaiResponses({ apiKey: 'test-key', baseUrl, ...deps }),
});
