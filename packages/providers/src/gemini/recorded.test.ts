import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeRecorded } from '../contract/describe-recorded.ts';
import { createGemini } from './provider.ts';

describeRecorded('gemini', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  suffix: '/v1beta/models/m:streamGenerateContent',
  idleTimeoutMs: 120_000,
  open: (baseUrl, deps) => createGemini({ apiKey: 'test-key', baseUrl, ...deps }),
});
