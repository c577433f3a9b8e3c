import { type Cli, does } from '../command.ts';

/** Only looks unless it is told to remove. */
export function addRetention(cli: Cli): void {
  const command = cli.program
    .command('retention')
    .description('Show what would go by the rules of retention now.')
    .option('--dry-run', 'only show it, as without any option')
    .option('--remove', 'remove it now, without waiting for the hour');
  does<{ dryRun?: boolean; remove?: boolean }>(cli, command, async (job, { options }) => {
    const { connect, output, signal } = job;
    const client = await connect();
    const isRemoved = options.remove === true && options.dryRun !== true;
    const method = isRemoved ? 'retention.apply' : 'retention.preview';
    const report = await client.call(method, {}, signal);
    const { groups, entries, chars, usage, audit } = report;
    output.result(report, () => [
      isRemoved ? 'Removed:' : 'Would be removed:',
      `  ${groups} runs with ${entries} entries, ${chars} characters`,
      `  ${usage} rows of usage`,
      `  ${audit} rows of the audit`,
    ]);
  });
}
