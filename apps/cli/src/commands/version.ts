import { type Cli, does } from '../command.ts';

export function addVersion(cli: Cli): void {
  const command = cli.program.command('version').description('Print the version.');
  does(cli, command, async ({ output, context }) => {
    output.result({ version: context.version }, () => [context.version]);
  });
}
