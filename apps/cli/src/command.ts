import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import { type CommonOptions, type Job, startJob } from './job.ts';

/** What a command is added to. */
export interface Cli {
  readonly program: Command;
  readonly context: CliContext;
  readonly end: (status: number) => void;
}

/** A command line as the command sees it: its arguments in order, its own options. */
export interface Given<Options> {
  readonly args: readonly string[];
  readonly options: Options;
}

/** Gives a command its work. What it returns is the exit status; nothing is 0. */
export function does<Options extends object>(
  { context, end }: Cli,
  command: Command,
  work: (job: Job, given: Given<Options>) => Promise<number | void>,
): void {
  command.action(async () => {
    const common = command.optsWithGlobals<CommonOptions>();
    using job = startJob(context, common);
    const status = await work(job, { args: command.args, options: command.opts<Options>() });
    if (typeof status === 'number') end(status);
  });
}
