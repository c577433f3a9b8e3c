import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import type { Paint } from '../paint.ts';

type Report = ResultOf<'sessions.verify'>;
type Finding = Report['audit']['findings'][number];

export function addVerify(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('verify')
    .argument('[key]', 'the session; without it all of them')
    .description('Check that records are what was written. Exit status 1 where they are not.')
    .option('--all', 'all sessions');
  does<{ all?: boolean }>(cli, command, async (job, { args: [sessionKey], options }) => {
    const { connect, output, signal } = job;
    const client = await connect();
    const params = sessionKey === undefined || options.all ? {} : { sessionKey };
    const report = await client.call('sessions.verify', params, signal);
    output.result(report, () => describe(report, output.paint));
    return report.whole ? exitCode.ok : exitCode.failure;
  });
}

function describe(report: Report, paint: Paint): readonly string[] {
  const { sessions, sessionsChecked, total, audit, whole } = report;
  const counts = [
    `${total.checked} entries of ${sessionsChecked} ${sessionsChecked === 1 ? 'session' : 'sessions'} and ${audit.checked} audit rows checked`,
    ...(total.unchained > 0 ? [`${total.unchained} older than the chain`] : []),
    ...(total.purged + audit.purged > 0 ? [`${total.purged + audit.purged} purged`] : []),
    ...(total.redacted > 0 ? [`${total.redacted} blanked`] : []),
    ...(audit.redacted > 0 ? [`${audit.redacted} pseudonymised`] : []),
  ].join(', ');
  return [
    ...sessions.flatMap(({ sessionKey, sessionId, findings }) =>
      findings.map((finding) => toLine(sessionKey ?? `session ${sessionId}`, finding, paint)),
    ),
    ...audit.findings.map((finding) => toLine('audit', finding, paint)),
    whole ? `${paint('green', 'whole')}  ${counts}` : `${paint('red', 'not whole')}  ${counts}`,
  ];
}

const faults: Readonly<Record<Finding['fault'], string>> = {
  changed: 'is not what was written',
  swapped: 'were exchanged',
  missing: 'is missing',
  cut: 'is missing at the end',
  unsealed: 'has no mac',
  head: 'the head does not fit itself',
  'rolled-back': 'was put back to an earlier state',
  tombstone: 'the record of its removal is not what was written',
  'unknown-key': 'was chained with a key that is not here',
};

function toLine(where: string, { fault, seq, uptoSeq }: Finding, paint: Paint): string {
  const place = uptoSeq > seq ? `${seq} to ${uptoSeq}` : String(seq);
  return `${paint('red', fault.padEnd(11))}  ${where}  ${place}: ${faults[fault]}`;
}
