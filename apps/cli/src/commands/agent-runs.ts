import { CuttleError } from '@cuttle/core-types/errors';
import type { SubagentReport } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toCount } from '../count.ts';
import { toTable } from '../output.ts';
import { toTimeText } from '../time-text.ts';

/** `cuttle agent runs|steer|stop`: work that agents gave to others. */
export function addAgentRuns(cli: Cli, agent: Command): void {
  addRuns(cli, agent);
  addSteer(cli, agent);
  addStop(cli, agent);
}

interface RunsOptions {
  readonly session?: string;
  readonly all?: boolean;
  readonly limit: number;
}

function addRuns(cli: Cli, agent: Command): void {
  const command = agent
    .command('runs')
    .description('Show the sub-agents that work, the newest first; with a session as a tree.')
    .option('-s, --session <key>', 'only those of a session, with all below them')
    .option('-a, --all', 'those that have ended, too')
    .option('-n, --limit <count>', 'how many', toCount, 50);
  does<RunsOptions>(cli, command, async ({ connect, output, signal }, { options }) => {
    const { session, all = false, limit } = options;
    const client = await connect();
    const wanted = { open: !all, limit, ...(session !== undefined && { sessionKey: session }) };
    const result = await client.call('subagents.list', wanted, signal);
    output.result(result, () =>
      result.subagents.length === 0
        ? ['No sub-agent works.']
        : toTable(
            ['Id', 'State', 'Agent', 'Began', 'Task', 'Session'],
            result.subagents.map((row) => toCells(row, session === undefined ? 1 : row.depth)),
            output.paint,
          ),
    );
  });
}

function toCells(row: SubagentReport, depth: number): readonly string[] {
  const { id, state, agentId, startedAt, label, sessionKey, worker, progress } = row;
  const who = worker === undefined ? agentId : `worker ${worker}`;
  const task = progress === undefined ? label : `${label}: ${progress}`;
  const indent = '  '.repeat(Math.max(0, depth - 1));
  return [id, state, who, toTimeText(startedAt), `${indent}${task}`, sessionKey];
}

function addSteer(cli: Cli, agent: Command): void {
  const command = agent
    .command('steer')
    .argument('<id>', 'as `cuttle agent runs` shows it')
    .argument('<message>', 'what to say to it')
    .description('Interrupt a sub-agent and tell it something more; it keeps what it knows.');
  does(cli, command, async (job, { args: [id = '', message = ''] }) => {
    const { connect, context, output, signal } = job;
    const client = await connect();
    const idempotencyKey = context.newId();
    const { steered } = await client.call(
      'subagents.steer',
      { id, message, idempotencyKey },
      signal,
    );
    if (!steered) throw hasEnded(id);
    output.result({ steered, id }, () => ['It was told.']);
  });
}

function addStop(cli: Cli, agent: Command): void {
  const command = agent
    .command('stop')
    .argument('<id>', 'as `cuttle agent runs` shows it')
    .description('Stop a sub-agent and all that it began; who asked for it is told.');
  does(cli, command, async ({ connect, output, signal }, { args: [id = ''] }) => {
    const client = await connect();
    const { stopped } = await client.call('subagents.stop', { id }, signal);
    if (!stopped) throw hasEnded(id);
    output.result({ stopped, id }, () => ['Stopped.']);
  });
}

function hasEnded(id: string): CuttleError {
  return new CuttleError('subagent.not-found', `The sub-agent ${id} has ended.`);
}
