// The server that crash tests kill: like apps/server/src/main.ts, with tools that act on the ledger.
import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { configSchema } from '@cuttle/config';
import { createCrashPoint, createServer } from '@cuttle/server';
import { createScaledClock, parseScale } from '../soak/scaled-clock.ts';
import { createCrashTools } from './crash-tools.ts';

const { CUTTLE_HOME: home = '', CUTTLE_CRASH_LEDGER: ledger = '' } = process.env;
const { CUTTLE_CRASH_TIME: time } = process.env;
const beside = (file: string): URL => new URL(file, import.meta.url);

const config = configSchema.parse(JSON.parse(await readFile(`${home}/cuttle.json5`, 'utf8')));
const server = await createServer(config, {
  home,
  env: {},
  tools: createCrashTools(ledger),
  workers: { writer: beside('./sqlite-writer.js'), reader: beside('./sqlite-reader.js') },
  ...createCrashPoint(process.env),
  // Soaks let time go faster, for the gateway and the platforms alike.
  ...(time !== undefined && { clock: createScaledClock(parseScale(time)) }),
});

// A killed process writes no cache at its end.
flushCompileCache();

const stopped = new Promise<number>((resolve) => {
  process.once('SIGTERM', () => void server.drain(5_000).then(() => resolve(0)));
});
const lost = server.failed.then((error) => {
  server.log.error('The store is lost.', { error });
  return 70;
});
process.exit(await Promise.race([stopped, lost]));
