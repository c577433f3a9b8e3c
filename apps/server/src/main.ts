import { flushCompileCache } from 'node:module';
import { constants, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { toErrorBody } from '@cuttle/core-types/errors';
import { createIds } from '@cuttle/core-types';
import { openConfigFile } from './config-file.ts';
import { createCrashPoint } from './crash-hook.ts';
import { createServer } from './create-server.ts';
import { homeAt, removeRunFile } from './home.ts';
import { createLog } from './log.ts';
import { nodeClock } from './node-clock.ts';
import { boundNursery } from './nursery.ts';
import { untilSignal } from './until-signal.ts';
import { version } from './version.ts';

const usage = `Usage: cuttle-server [--help] [--version]
Starts the gateway. Its home is $CUTTLE_HOME (default ~/.cuttle), its configuration $CUTTLE_CONFIG (default cuttle.json5 in the home).`;

/** A run under way has so long to end after a signal; a second signal ends at once. */
const graceMs = 20_000;
/** The store is lost: start again. EX_SOFTWARE of sysexits. */
const lostStore = 70;

async function main({
  argv,
  env,
}: {
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
}): Promise<number> {
  if (argv.includes('--version')) return say(version);
  if (argv.includes('--help')) return say(usage);
  if (argv.length > 0) throw new TypeError(`Unknown argument ${argv[0]}.\n${usage}`);
  // From the first moment on: a signal during the start ends it in good order as soon as it is done.
  const stop = untilSignal(['SIGINT', 'SIGTERM']);
  const home = resolve(env['CUTTLE_HOME'] ?? join(homedir(), '.cuttle'));
  const newId = createIds({ now: nodeClock.now, random: (bytes) => crypto.getRandomValues(bytes) });
  const configuration = await openConfigFile({ home, env, newId });
  const { config, problems } = configuration.current();
  const log = createLog({ ...config.log, now: nodeClock.now });
  for (const problem of problems) log.warn(problem);
  const beside = (name: string): URL => new URL(name, import.meta.url);
  const server = await createServer(config, {
    home,
    env: configuration.env(),
    configuration,
    log,
    pageFolder: fileURLToPath(beside('./web')),
    workers: {
      writer: beside('./sqlite-writer.js'),
      reader: beside('./reader-worker.js'),
      math: beside('./math-worker.js'),
      page: beside('./page-worker.js'),
      document: beside('./document-worker.js'),
    },
    ...createCrashPoint(env),
  });
  say((await server.call('web.code', {})).url);
  flushCompileCache();
  // What the launcher held back for the start.
  for (const flag of ['--turbofan', '--maglev']) setFlagsFromString(flag);
  boundNursery();
  const watching = new AbortController();
  process.on('SIGHUP', configuration.watch({ clock: nodeClock, log }, watching.signal));
  const lost = server.failed.then((error) => ({ error }));
  const reason = await Promise.race([stop.first, lost]);
  if (typeof reason === 'object') {
    log.error('The store is lost; the process ends so that the next start looks again.', {
      error: reason.error,
    });
    return lostStore;
  }
  watching.abort();
  log.info('Stopping: what runs may end.', { signal: reason });
  const forced = await Promise.race([server.drain(graceMs).then(() => undefined), stop.second]);
  if (forced === undefined) return 0;
  // What was under way is in the store; the next start goes on with it.
  await removeRunFile(homeAt(home));
  return 128 + constants.signals[forced];
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

try {
  process.exit(await main({ argv: process.argv.slice(2), env: process.env }));
} catch (error) {
  const { code, message, hint = '' } = toErrorBody(error);
  const isOurs = code !== 'internal';
  const told = isOurs
    ? `${code}: ${message}\n${hint}`
    : error instanceof Error
      ? error.stack
      : String(error);
  process.stderr.write(`${told}\n`);
  process.exit(1);
}
