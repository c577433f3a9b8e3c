import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toTable } from '../output.ts';
import { type Paint, plain } from '../paint.ts';
import { addAgentRuns } from './agent-runs.ts';

export function addAgent(cli: Cli): void {
  const agent = cli.program
    .command('agent')
    .description('Look at the agents, what they are told, and the work they gave to others.');
  addList(cli, agent);
  addShow(cli, agent);
  addPrompt(cli, agent);
  addAgentRuns(cli, agent);
}

function addList(cli: Cli, agent: Command): void {
  const command = agent.command('list').description('Show the agents, the default first.');
  does(cli, command, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('agents.list', {}, signal);
    output.result(result, () =>
      toTable(
        ['Agent', 'Name', 'Model'],
        result.agents.map(({ agentId, name, emoji, model }) => [
          agentId,
          [emoji, name].filter((word) => word !== undefined).join(' '),
          model,
        ]),
        output.paint,
      ),
    );
  });
}

function addShow(cli: Cli, agent: Command): void {
  const command = agent
    .command('show')
    .argument('<id>', 'the agent')
    .description('Show the settings of an agent.');
  does(cli, command, async ({ connect, output, signal }, { args: [agentId = ''] }) => {
    const client = await connect();
    const result = await client.call('agents.get', { agentId }, signal);
    output.result(result, () => describeAgent(result, output.paint));
  });
}

function describeAgent(agent: ResultOf<'agents.get'>, paint: Paint): readonly string[] {
  const { agentId, name, emoji, model, fallbacks, thinking, queueMode, workspace } = agent;
  const { profile, allow, deny, approvals } = agent.tools;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['agent', agentId],
    ['name', [emoji, name].filter((word) => word !== undefined).join(' ')],
    ['model', [model, ...fallbacks].join(', then ')],
    ['thinking', thinking],
    ['queue', queueMode],
    ['workspace', workspace],
    ['tools', `${profile}${listed(' and ', allow)}${listed(' without ', deny)}`],
    ['approvals', approvals],
    ...agent.orders.map((order) => ['order', order] as const),
  ];
  return rows.flatMap(([head, text]) =>
    text === undefined ? [] : [`${paint('dim', head.padEnd(10))} ${plain(text)}`],
  );
}

function listed(before: string, names: readonly string[]): string {
  return names.length === 0 ? '' : before + names.join(', ');
}

interface PromptOptions {
  readonly agent?: string;
  readonly session?: string;
}

function addPrompt(cli: Cli, agent: Command): void {
  const command = agent
    .command('prompt')
    .description('Show the system prompt of an agent, part by part, with token counts.')
    .option('--agent <id>', 'the agent, in place of the default one')
    .option('--session <key>', 'as in this session');
  does<PromptOptions>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const { agent: agentId, session: sessionKey } = options;
    const result = await client.call(
      'agents.prompt',
      { ...(agentId && { agentId }), ...(sessionKey && { sessionKey }) },
      signal,
    );
    output.result(result, () => describePrompt(result, output.paint));
  });
}

function describePrompt(
  { parts, tokens, tools }: ResultOf<'agents.prompt'>,
  paint: Paint,
): readonly string[] {
  const table = toTable(
    ['Part', 'Tokens', 'Budget', 'State'],
    parts.map((part) => [
      part.id,
      String(part.tokens),
      part.budget === undefined ? '' : String(part.budget),
      stateText(part),
    ]),
    paint,
  );
  const texts = parts.flatMap(({ id, text }) =>
    text === '' ? [] : ['', paint('bold', id), plain(text)],
  );
  const sum = `${tokens} tokens in all, and about ${tools.tokens} for the schemas of ${tools.count} tools.`;
  return [...table, sum, ...texts];
}

function stateText({ state, problem }: ResultOf<'agents.prompt'>['parts'][number]): string {
  switch (state) {
    case 'whole':
      return '';
    case 'cut':
      return 'cut to its budget';
    case 'private':
      return 'left out: others read along';
    case 'unusable':
      return `left out: ${problem ?? 'it cannot be used'}`;
  }
}
