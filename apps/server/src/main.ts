import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { flushCompileCache } from 'node:module';
import { toErrorBody } from '@cuttle/core-types/errors';
import { createCrashPoint } from './crash-hook.ts';
import { createServer } from './create-server.ts';
import { openConfigFile } from './config-file.ts';
import { createLog } from './log.ts';
import { nodeClock } from './node-clock.ts';
import { untilSignal } from './until-signal.ts';
import { version } from './version.ts';

const usage = `Usage: cuttle-server [--help] [--version]
Starts the gateway. Its home is $CUTTLE_HOME (default ~/.cuttle), its configuration $CUTTLE_CONFIG (default cuttle.json5 in the home).`;

/** A run under way has so long to end after a signal; a second signal ends at once. */
const graceMs = 20_000;

async function main({
  argv,
  env,
}: {
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
}): Promise<number> {
  if (argv.includes('--version')) return say(version);
  if (argv.includes('--help') || argv.length > 0)
    return say(usage, argv.includes('--help') ? 0 : 2);
  const home = resolve(env['CUTTLE_HOME'] ?? join(homedir(), '.cuttle'));
  const configuration = await openConfigFile({
    file: env['CUTTLE_CONFIG'] ?? join(home, 'cuttle.json5'),
    env,
  });
  const { config, problems } = configuration.current();
  const log = createLog({ level: config.log.level, now: nodeClock.now });
  for (const problem of problems) log.warn(problem);
  const beside = (file: string): URL => new URL(file, import.meta.url);
  const server = await createServer(config, {
    home,
    env,
    configuration,
    log,
    pageFolder: beside('../../web/dist').pathname,
    workers: {
      writer: beside('./sqlite-writer.js'),
      reader: beside('./sqlite-reader.js'),
      math: beside('./math-worker.js'),
      page: beside('./page-worker.js'),
    },
    ...createCrashPoint(env),
  });
  const { url } = await server.call('web.code', {});
  say(`Cuttle is ready: ${url}`);
  flushCompileCache();
  const stop = untilSignal(['SIGINT', 'SIGTERM']);
  const hangup = (): void =>
    void configuration
      .reload()
      .catch((error: unknown) => log.error('The configuration could not be read.', { error }));
  process.on('SIGHUP', hangup);
  const lost = server.failed.then((error) => ({ error }));
  const reason = await Promise.race([stop.first, lost]);
  if (typeof reason === 'object') {
    log.error('The store is lost; the process ends so that the next start looks again.', {
      error: reason.error,
    });
    return 70;
  }
  log.info('Stopping: what runs may end.', { signal: reason });
  await Promise.race([server.drain(graceMs), stop.second]);
  return 0;
}

function say(text: string, code = 0): number {
  process.stdout.write(`${text}\n`);
  return code;
}

try {
  process.exit(await main({ argv: process.argv.slice(2), env: process.env }));
} catch (error) {
  const { code, message, hint = '' } = toErrorBody(error);
  const cause = error instanceof Error && code === 'internal' ? `\n${error.stack}` : '';
  process.stderr.write(`${code}: ${message}\n${hint}${cause}\n`);
  process.exit(1);
}
