import { join } from 'node:path';
import { readCases } from '../contract/answer-cases.ts';
import { describeRecorded } from '../contract/describe-recorded.ts';
import { createOllama } from './provider.ts';

describeRecorded('ollama', {
  cases: await readCases(join(import.meta.dirname, 'fixtures')),
  suffix: '/api/chat',
  idleTimeoutMs: 300_000,
  open: (baseUrl, deps) => createOllama({ baseUrl, ...deps }),
});
