import { type Cli, does } from '../command.ts';

export function addOpen(cli: Cli): void {
  const command = cli.program
    .command('open')
    .description('Print an address that logs a browser in, once, within ten minutes.');
  does(cli, command, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('web.code', {}, signal);
    output.result(result, () => [result.url]);
  });
}
