import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeEchoes, describeSequences } from '../contract/describe-sequences.ts';
import { createBedrock } from './provider.ts';

describeSequences('bedrock', {
  folder: join(import.meta.dirname, 'fixtures/sequences'),
  open: (_sequence, deps) => createBedrock({ apiKey: 'k', region: 'us-east-1', ...deps }),
});

describeEchoes('bedrock', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  open: (_title, deps) => createBedrock({ apiKey: 'k', region: 'us-east-1', ...deps }),
});
