import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeEchoes, describeSequences } from '../contract/describe-sequences.ts';
import { createOpenaiResponses } from './provider.ts';

const baseUrl = 'http://127.0.0.1:9/v1';

describeSequences('openai-responses', {
  folder: join(import.meta.dirname, 'fixtures/sequences'),
  open: (_sequence, deps) => createOpenaiResponses({ apiKey: 'k', baseUrl, ...deps }),
});

describeEchoes('openai-responses', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  open: (_title, deps) => createOpenaiResponses({ apiKey: 'k', baseUrl, ...deps }),
});
