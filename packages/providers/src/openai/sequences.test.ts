import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeEchoes, describeSequences } from '../contract/describe-sequences.ts';
import { createOpenai } from './provider.ts';

describeSequences('openai', {
  folder: join(import.meta.dirname, 'fixtures/sequences'),
  open: (sequence, deps) =>
    createOpenai({
      apiKey: 'k',
      baseUrl: 'http://127.0.0.1:9/v1',
      quirks: sequence.startsWith('mistral') ? { callIds: 'nine-letters' } : {},
      ...deps,
    }),
});

describeEchoes('openai', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  open: (title, deps) =>
    createOpenai({
      apiKey: 'k',
      baseUrl: 'http://127.0.0.1:9/v1',
      quirks: {
        // One was recorded from a server of its own that makes longer ids.
        callIds:
          title.startsWith('mistral') && !title.includes('incremental') ? 'nine-letters' : 'common',
        replayDetails: title.startsWith('openrouter'),
      },
      ...deps,
    }),
});
