import type { ResultOf } from '@cuttle/core-types/protocol';
import { type Cli, does } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import type { Paint } from '../paint.ts';
import { toDuration } from '../time-text.ts';

type Status = ResultOf<'status'>;

export function addStatus(cli: Cli): void {
  const command = cli.program
    .command('status')
    .description('Show what runs, waits and failed, and which messengers are connected.');
  does(cli, command, async ({ connect, output, signal }) => {
    const client = await connect();
    const status = await client.call('status', {}, signal);
    output.result(status, () => describe(status, output.paint));
    return status.ready ? exitCode.ok : exitCode.failure;
  });
}

function describe(status: Status, paint: Paint): readonly string[] {
  const { ready, reasons, channels, configProblems } = status;
  const state = ready
    ? paint('green', 'ready')
    : paint('yellow', `not ready: ${reasons.join('; ')}`);
  return [
    `${paint('bold', `Cuttle ${status.version}`)}  ${state}`,
    `address   ${status.url}  (process ${status.pid}, up ${toDuration(status.uptimeMs)})`,
    `home      ${status.home}`,
    `model     ${status.model}  ${paint('dim', status.modelReason)}`,
    `sessions  ${status.sessions}: ${status.running} running, ${status.queued} queued, ${status.waiting} waiting for somebody`,
    `delivery  ${status.undelivered} to send${alarm(status, paint)}`,
    `process   ${Math.round(status.memoryMb)} MB, ${status.connections} connections, event loop p99 ${status.eventLoopP99Ms.toFixed(1)} ms`,
    ...channels.map((channel) => describeChannel(channel, paint)),
    ...configProblems.map((problem) => paint('yellow', `config    ${problem}`)),
  ];
}

function alarm({ dead, unconfirmed }: Status, paint: Paint): string {
  if (dead + unconfirmed === 0) return '';
  return paint('red', `, ${dead} given up, ${unconfirmed} unconfirmed (cuttle messages failed)`);
}

function describeChannel(
  { channel, account, state, name, detail }: Status['channels'][number],
  paint: Paint,
): string {
  const good = state === 'connected' ? 'green' : 'yellow';
  const who = [`${channel}/${account}`, name].filter(Boolean).join(' ');
  return `channel   ${who}  ${paint(good, state)}${detail === undefined ? '' : `  ${detail}`}`;
}
