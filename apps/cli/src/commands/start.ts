import { startInBackground } from '../background.ts';
import { type Cli, does } from '../command.ts';
import type { Job } from '../job.ts';

interface StartOptions {
  readonly detach?: boolean;
}

export function addStart(cli: Cli): void {
  const command = cli.program
    .command('start')
    .description(
      'Start the gateway and stay with it; Ctrl-C lets what runs end, a second one does not wait.',
    )
    .option('-d, --detach', 'leave it in the background');
  does<StartOptions>(cli, command, async (job, { options: { detach = false } }) => {
    if (!detach) return stayWith(job);
    const { url, pid } = await startInBackground(job.context, job.signal);
    job.output.result({ url, pid }, () => [`The gateway runs at ${url} (process ${pid}).`]);
    return 0;
  });
}

/** The server on our streams. It is in a process group of its own, so each signal reaches it once: from us. */
async function stayWith({ context, takeSignals }: Job): Promise<number> {
  const { env, processes, serverEntry } = context;
  const { pid, exited } = processes.start(serverEntry, { env, output: 'inherit' });
  takeSignals((signal) => {
    if (pid !== undefined) processes.signal(pid, signal);
  });
  return exited;
}
