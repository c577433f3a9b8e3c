#!/usr/bin/env node
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { argv, exit, stderr, stdin, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseJson } from '@cuttle/core-types';
import { BridgeCommand } from '@cuttle/core-types/bridge';
import { createBaileysLibrary } from './baileys-library.ts';
import { createBridge } from './bridge.ts';

const { values } = parseArgs({ args: argv.slice(2), options: { folder: { type: 'string' } } });
const { folder } = values;
if (folder === undefined) {
  stderr.write('Cuttle starts this program: it needs --folder, and lines on its input.\n');
  exit(2);
}
await mkdir(folder, { recursive: true, mode: 0o700 });
const warn = (words: string): void => void stderr.write(`${words.replaceAll('\n', ' ')}\n`);
const bridge = await createBridge({
  library: createBaileysLibrary(warn),
  folder,
  warn,
  say: (event) => void stdout.write(`${JSON.stringify(event)}\n`),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
});
for await (const line of createInterface({ input: stdin })) {
  try {
    void bridge.obey(parseJson(BridgeCommand, line)); // never rejects
  } catch (error) {
    warn(`A line was no command: ${String(error)}`);
  }
}
await bridge.end();
exit(0);
