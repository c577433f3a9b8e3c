import { type Cli, does } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { toDuration } from '../time-text.ts';

export function addHealth(cli: Cli): void {
  const command = cli.program
    .command('health')
    .description('Tell whether messages can be accepted; the exit status says it too.');
  does(cli, command, async ({ connect, output, signal }) => {
    const client = await connect();
    const health = await client.call('health', {}, signal);
    output.result(health, () => [
      health.ready
        ? `ready, up ${toDuration(health.uptimeMs)}`
        : `not ready: ${health.reasons.join('; ')}`,
    ]);
    return health.ok && health.ready ? exitCode.ok : exitCode.failure;
  });
}
