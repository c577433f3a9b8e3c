import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeRecorded } from '../contract/describe-recorded.ts';
import { createAnthropic } from './provider.ts';

describeRecorded('anthropic', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  suffix: '/v1/messages',
  idleTimeoutMs: 120_000,
  open: (baseUrl, deps) => createAnthropic({ apiKey: 'test-key', baseUrl, ...deps }),
});
