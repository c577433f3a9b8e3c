import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeEchoes, describeSequences } from '../contract/describe-sequences.ts';
import { createAnthropic } from './provider.ts';

describeSequences('anthropic', {
  folder: join(import.meta.dirname, 'fixtures/sequences'),
  open: (_sequence, deps) => createAnthropic({ apiKey: 'k', ...deps }),
});

describeEchoes('anthropic', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  open: (_title, deps) => createAnthropic({ apiKey: 'k', ...deps }),
});
