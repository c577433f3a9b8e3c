import { argv, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogins } from '@cuttle/providers/login';
import { openCredentialFiles } from '@cuttle/security/credentials';
import { nodeClock } from './node-clock.ts';

// Started by the tests: a process that shares a home with others, and asks for a token again and again.
const [, , folder = '', tokenUrl = ''] = argv;
const signal = new AbortController().signal;
const clock = {
  ...nodeClock,
  sleep: (ms: number, over: AbortSignal) => sleep(ms, undefined, { signal: over }),
};
const logins = createLogins({
  files: openCredentialFiles(folder, { clock }),
  fetch,
  clock,
  settings: () => ({ clientId: 'test-client', tokenUrl }),
});
const source = logins.tokenSource({ login: 'google' });
for (let turn = 0; turn < 8; turn += 1) {
  const { token = 'none' } = (await source.read(signal)) ?? {};
  stdout.write(`${token}\n`);
}
