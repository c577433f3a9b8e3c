import type { ResultOf } from '@cuttle/core-types/protocol';
import { type Cli, does } from '../command.ts';
import { toCount } from '../count.ts';
import type { Job } from '../job.ts';
import { type Paint, plain, type Style } from '../paint.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly limit: number;
}
type Line = ResultOf<'logs.tail'>['lines'][number];

const pollMs = 500;

export function addLogs(cli: Cli): void {
  const command = cli.program
    .command('logs')
    .description('Show the last lines of the log.')
    .option('-f, --follow', 'go on with new lines')
    .option('-n, --limit <count>', 'how many', toCount, 100);
  does<LogsOptions>(cli, command, async (job, { options: { follow = false, limit } }) => {
    const { output, signal } = job;
    const client = await job.connect();
    const { lines } = await client.call('logs.tail', { limit }, signal);
    if (!follow) {
      output.result({ lines }, () => lines.map((line) => describe(line, output.paint)));
      return;
    }
    let after = show(job, lines, 0);
    for (;;) {
      await job.context.clock.sleep(pollMs, signal);
      const more = await client.call('logs.tail', { limit: 2000, after }, signal);
      after = show(job, more.lines, after);
    }
  });
}

/** Writes each line at once, with `--json` one object a line; answers the last line's number. */
function show({ output }: Job, lines: readonly Line[], after: number): number {
  for (const line of lines)
    output.write(`${output.json ? JSON.stringify(line) : describe(line, output.paint)}\n`);
  return lines.at(-1)?.seq ?? after;
}

const styles: Readonly<Record<string, Style>> = { error: 'red', warn: 'yellow', debug: 'dim' };

function describe({ at, level, message, fields }: Line, paint: Paint): string {
  const style = styles[level];
  const mark = level.toUpperCase().padEnd(5);
  const more =
    Object.keys(fields).length === 0 ? '' : `  ${paint('dim', plain(JSON.stringify(fields)))}`;
  return `${paint('dim', at)} ${style ? paint(style, mark) : mark} ${plain(message)}${more}`;
}
