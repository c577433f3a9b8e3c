import { argv, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCredentialFiles } from './credential-files.ts';

// Started by the tests: a process that shares a folder of credentials with others.
const [, , folder = '', mode = ''] = argv;
const signal = new AbortController().signal;
const clock = {
  sleep: (ms: number, over: AbortSignal) => sleep(ms, undefined, { signal: over }),
};
const files = openCredentialFiles(folder, { clock });

/** Read, wait, write: two at once would lose one. */
async function countOne(): Promise<void> {
  const count = Number(await files.read('count'));
  await sleep(1);
  await files.put('count', String(count + 1));
}

if (mode === 'count')
  for (let turn = 0; turn < 20; turn += 1) await files.withLock('count', countOne, signal);
else
  await files.withLock(
    'count',
    async () => {
      stdout.write('held\n');
      await sleep(60_000);
    },
    signal,
  );
