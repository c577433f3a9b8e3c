import { CuttleError } from '@cuttle/core-types/errors';
import { type Cli, does } from '../command.ts';
import { notRunning } from '../connect.ts';
import { findGateway } from '../gateway-address.ts';

const pollMs = 50;
/** A run under way has twenty seconds; the rest is for writing it down. */
const patienceMs = 30_000;

export function addStop(cli: Cli): void {
  const command = cli.program
    .command('stop')
    .description('Stop the gateway of this home; what runs may end, what waits is kept.');
  does(cli, command, async ({ context, output, signal }) => {
    const { clock, processes } = context;
    const pid = (await findGateway(context, undefined))?.pid;
    if (pid === undefined || !processes.signal(pid, 'SIGTERM')) throw notRunning();
    const until = clock.monotonic() + patienceMs;
    while (processes.isAlive(pid)) {
      if (clock.monotonic() > until)
        throw new CuttleError('gateway.draining', `Process ${pid} has not ended yet.`, {
          hint: 'It ends when its runs have; `cuttle stop` again ends it at once.',
        });
      await clock.sleep(pollMs, signal);
    }
    output.result({ stopped: true, pid }, () => ['Stopped.']);
  });
}
