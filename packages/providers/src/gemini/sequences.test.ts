import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeEchoes, describeSequences } from '../contract/describe-sequences.ts';
import { createGemini } from './provider.ts';

describeSequences('gemini', {
  folder: join(import.meta.dirname, 'fixtures/sequences'),
  open: (_sequence, deps) => createGemini({ apiKey: 'k', ...deps }),
});

describeEchoes('gemini', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  open: (_title, deps) => createGemini({ apiKey: 'k', ...deps }),
});
