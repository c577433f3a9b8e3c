import { flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createIds } from '@cuttle/core-types';
import { toErrorBody } from '@cuttle/core-types/errors';
import {
  createCrashPoint,
  createLog,
  createRandomBytes,
  createServer,
  nodeClock,
  openConfigFile,
  untilSignal,
} from '@cuttle/server';
import manifest from '../package.json' with { type: 'json' };
import { createRunTally } from './run-tally.ts';
import { workOff, workUntil } from './work-off.ts';
import { refuseToShare } from './refuse-to-share.ts';

const usage = `Usage: cuttle-worker [--drain] [--help] [--version]
Runs what servers accepted and sends the answers; it opens no port and receives nothing.
  --drain    work until nothing is left to do, say what was done, and end; status 75 if something had to be left
Its home is $CUTTLE_HOME (default ~/.cuttle), its configuration $CUTTLE_CONFIG (default cuttle.json5 in the home).
A home in SQLite belongs to one process: there a worker only drains, while no server runs.`;

interface Start {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

async function main({ argv, env }: Start): Promise<number> {
  if (argv.includes('--version')) return say(manifest.version);
  if (argv.includes('--help')) return say(usage);
  const unknown = argv.find((argument) => argument !== '--drain');
  if (unknown !== undefined) return complain(`Unknown argument ${unknown}.\n${usage}`);
  const isDraining = argv.includes('--drain');
  const home = resolve(env['CUTTLE_HOME'] ?? join(homedir(), '.cuttle'));
  const newId = createIds({ now: nodeClock.now, random: createRandomBytes() });
  const configuration = await openConfigFile({ home, env, newId });
  const { config, problems } = configuration.current();
  if (!isDraining) refuseToShare(config.store.url);
  const log = createLog({ ...config.log, now: nodeClock.now });
  for (const problem of problems) log.warn(problem);
  const tally = createRunTally();
  const beside = (name: string): URL => new URL(name, import.meta.url);
  const server = await createServer(config, {
    home,
    env: configuration.env(),
    configuration,
    log,
    roles: ['run', 'deliver'],
    listener: tally.listener,
    workers: {
      writer: beside('./sqlite-writer.js'),
      reader: beside('./reader-worker.js'),
      math: beside('./math-worker.js'),
      page: beside('./page-worker.js'),
      document: beside('./document-worker.js'),
    },
    ...createCrashPoint(env),
  });
  flushCompileCache();
  const stop = untilSignal(['SIGINT', 'SIGTERM']);
  if (!isDraining) return workUntil(server, stop);
  return workOff(server, { stop, report: (counts) => say(tally.report(counts)) });
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(text: string): number {
  process.stderr.write(`${text}\n`);
  return 1;
}

function explain(error: unknown): string {
  const { code, message, hint = '' } = toErrorBody(error);
  if (code !== 'internal') return `${code}: ${message}\n${hint}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  process.exit(await main({ argv: process.argv.slice(2), env: process.env }));
} catch (error) {
  process.exit(complain(explain(error)));
}
