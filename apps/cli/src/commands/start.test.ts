import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fixedClock } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../testing/run-command.ts';
import { openScriptedGateway } from '../testing/scripted-gateway.ts';
import type { Processes, StartOptions } from '../processes.ts';
import { useBenches } from '../testing/use-benches.ts';

const { own } = useBenches();

/** Processes that a test plays itself. */
interface Played extends Processes {
  readonly started: readonly StartOptions[];
  readonly signals: readonly string[];
  exit(status: number): void;
}
function play(begin: (options: StartOptions) => void = () => undefined): Played {
  const started: StartOptions[] = [];
  const signals: string[] = [];
  const exited = Promise.withResolvers<number>();
  let isAlive = true;
  return {
    started,
    signals,
    exit(status) {
      isAlive = false;
      exited.resolve(status);
    },
    start(_entry, options) {
      started.push(options);
      begin(options);
      return { pid: 4242, exited: exited.promise };
    },
    isAlive: (pid) => pid === 4242 && isAlive,
    signal(pid, signal) {
      signals.push(`${pid} ${signal}`);
      return isAlive;
    },
  };
}
async function benchOver(processes: Processes): Promise<Bench> {
  // The clock stands still, so that waiting for a gateway has no end but the gateway's.
  const cli = await openBench({ processes, clock: fixedClock() });
  own(cli);
  return cli;
}

describe('start', () => {
  it('stays with the server, hands each signal on once, and returns its status', async () => {
    const processes = play();
    const cli = await benchOver(processes);
    const ended = cli.run('start');
    await new Promise((resolve) => setImmediate(resolve));
    cli.signal('SIGINT');
    cli.signal('SIGTERM');
    processes.exit(70);
    expect(await ended).toEqual({ status: 70, out: '', err: '' });
    expect(processes.signals).toEqual(['4242 SIGINT', '4242 SIGTERM']);
    expect(processes.started).toMatchObject([
      { output: 'inherit', env: { CUTTLE_HOME: cli.home } },
    ]);
  });

  it('leaves it in the background when it answers', async () => {
    await using gateway = await openScriptedGateway();
    const processes = play(() => void cli.announce(gateway.url));
    const cli = await benchOver(processes);
    expect(await cli.run('start', '--detach')).toEqual({
      status: 0,
      out: `The gateway runs at ${gateway.url} (process 4242).\n`,
      err: '',
    });
    expect(processes.started).toMatchObject([
      { output: { file: join(cli.home, 'logs', 'gateway.log') } },
    ]);
  });

  it('says why a gateway in the background ended', async () => {
    const processes = play();
    const cli = await benchOver(processes);
    await mkdir(join(cli.home, 'logs'));
    await writeFile(
      join(cli.home, 'logs', 'gateway.log'),
      'before\nstore.newer: written by a newer version\n',
    );
    processes.exit(1);
    const { status, err } = await cli.run('start', '-d');
    expect(status).toBe(3);
    expect(err).toContain(
      'The gateway ended with status 1.\nbefore\nstore.newer: written by a newer version',
    );
    expect(err).toContain(join(cli.home, 'logs', 'gateway.log'));
  });
});

describe('stop', () => {
  it('asks the process to end and waits until it has', async () => {
    const processes = play();
    const cli = await benchOver({
      ...processes,
      signal(pid, signal) {
        processes.signal(pid, signal);
        processes.exit(0);
        return true;
      },
    });
    await cli.announce('http://127.0.0.1:1');
    expect(await cli.run('stop')).toEqual({ status: 0, out: 'Stopped.\n', err: '' });
    expect(processes.signals).toEqual(['4242 SIGTERM']);
  });
});
