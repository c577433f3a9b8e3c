import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toCount } from '../count.ts';
import { type Paint, plain } from '../paint.ts';
import { toTimeText } from '../time-text.ts';

type Hit = ResultOf<'sessions.search'>['hits'][number];

interface Options {
  readonly limit: number;
  readonly session?: string;
  readonly agent?: string;
  readonly person?: string;
  readonly channel?: string;
  readonly since?: string;
  readonly until?: string;
  readonly next?: string;
}

export function addSearch(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('search')
    .argument('<words...>', 'words, "exact phrases", begin*, and after -- also -without')
    .description('Find messages in all sessions and their former lives.')
    .option('-n, --limit <count>', 'how many', toCount, 20)
    .option('--session <key>', 'in this session')
    .option('--agent <id>', 'of this agent')
    .option('--person <id>', 'of this person, and the answers to them')
    .option('--channel <name>', 'that came through this channel')
    .option('--since <date>', 'not before')
    .option('--until <date>', 'before')
    .option('--next <cursor>', 'go on behind a page');
  does<Options>(cli, command, async ({ connect, output, signal }, { args, options }) => {
    const client = await connect();
    const { limit, session, agent, person, channel, since, until, next } = options;
    const result = await client.call(
      'sessions.search',
      {
        query: args.join(' '),
        limit,
        sessionKey: session,
        agentId: agent,
        person,
        channel,
        since: since && toIsoTime(since),
        until: until && toIsoTime(until),
        before: next,
      },
      signal,
    );
    output.result(result, () => [
      ...(result.hits.length === 0 ? ['No message has these words.'] : []),
      ...result.hits.flatMap((hit) => describeHit(hit, output.paint)),
      ...(result.next === undefined ? [] : [output.paint('dim', `more: --next ${result.next}`)]),
    ]);
  });
}

/** A date or a time; what is neither is left for the gateway to refuse. */
function toIsoTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}

function describeHit(hit: Hit, paint: Paint): readonly string[] {
  const { sessionKey, seq, role, at } = hit;
  return [
    paint('dim', `${toTimeText(at)} ${role}  ${sessionKey} ${seq}`),
    `  ${paintMarks(hit, paint)}`,
  ];
}

function paintMarks({ snippet, marks }: Hit, paint: Paint): string {
  let text = '';
  let from = 0;
  for (const [start, end] of marks) {
    text += plain(snippet.slice(from, start)) + paint('bold', plain(snippet.slice(start, end)));
    from = end;
  }
  return text + plain(snippet.slice(from));
}
