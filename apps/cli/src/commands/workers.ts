import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toCount } from '../count.ts';
import { toTimeText } from '../time-text.ts';

/** `cuttle workers token|revoke`: who may work for agents from outside. */
export function addWorkers(cli: Cli): void {
  const workers = cli.program
    .command('workers')
    .description('Let programs outside work for your agents.');
  addToken(cli, workers);
  addRevoke(cli, workers);
}

interface TokenOptions {
  readonly days?: number;
}

function addToken(cli: Cli, workers: Command): void {
  const command = workers
    .command('token')
    .argument('<name>', 'of the workers, as `subagents.workers` names them')
    .description('Make a token that reaches nothing but the tasks of these workers.')
    .option(
      '-d, --days <count>',
      'how long it is good for; without it until it is revoked',
      toCount,
    );
  does<TokenOptions>(cli, command, async (job, { args: [worker = ''], options: { days } }) => {
    const { connect, output, signal } = job;
    const client = await connect();
    const wanted = { worker, ...(days !== undefined && { expiresInDays: days }) };
    const result = await client.call('workers.token', wanted, signal);
    const until =
      result.expiresAt === undefined ? [] : [`Good until ${toTimeText(result.expiresAt)}.`];
    output.result(result, () => [result.token, ...until]);
  });
}

function addRevoke(cli: Cli, workers: Command): void {
  const command = workers
    .command('revoke')
    .argument('<name>', 'of the workers')
    .description('Take every token of these workers back.');
  does(cli, command, async ({ connect, output, signal }, { args: [worker = ''] }) => {
    const client = await connect();
    const { revoked } = await client.call('workers.revoke', { worker }, signal);
    output.result({ revoked, worker }, () => [
      revoked === 1 ? '1 token was taken back.' : `${revoked} tokens were taken back.`,
    ]);
  });
}
