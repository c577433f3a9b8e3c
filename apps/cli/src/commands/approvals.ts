import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toTable } from '../output.ts';
import { plain } from '../paint.ts';
import { toTimeText } from '../time-text.ts';

type Waiting = ResultOf<'exec.approvals.list'>['approvals'][number];

export function addApprovals(cli: Cli): void {
  const approvals = cli.program
    .command('approvals')
    .description('Calls of agents and their sub-agents that wait until somebody allows them.');
  addList(cli, approvals);
  addDecision(cli, approvals, { name: 'approve', decision: 'approved', done: 'Approved.' });
  addDecision(cli, approvals, { name: 'deny', decision: 'denied', done: 'Denied.' });
}

function addList(cli: Cli, approvals: Command): void {
  const command = approvals
    .command('list')
    .description('Show what waits, the most urgent first, with exactly what would run.');
  does(cli, command, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('exec.approvals.list', {}, signal);
    output.result(result, () =>
      result.approvals.length === 0
        ? ['Nothing waits for an approval.']
        : toTable(['Id', 'Until', 'Session', 'Call'], result.approvals.map(toCells), output.paint),
    );
  });
}

function toCells({ approvalId, expiresAt, sessionKey, tool, input }: Waiting): readonly string[] {
  return [approvalId, toTimeText(expiresAt), sessionKey, `${tool} ${plain(JSON.stringify(input))}`];
}

function addDecision(
  cli: Cli,
  approvals: Command,
  {
    name,
    decision,
    done,
  }: { readonly name: string; readonly decision: 'approved' | 'denied'; readonly done: string },
): void {
  const command = approvals
    .command(name)
    .argument('<id>', 'as `cuttle approvals list` shows it')
    .description(
      decision === 'approved' ? 'Let a call run, once, as it is.' : 'Keep a call from running.',
    );
  does(cli, command, async ({ connect, output, signal }, { args: [approvalId = ''] }) => {
    const client = await connect();
    await client.call('exec.approvals.resolve', { approvalId, decision }, signal);
    output.result({ approvalId, decision }, () => [done]);
  });
}
