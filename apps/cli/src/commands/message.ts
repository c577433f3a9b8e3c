import { type Cli, does } from '../command.ts';

interface SendOptions {
  readonly channel: string;
  readonly account: string;
  readonly to: string;
  readonly key?: string;
}

export function addMessage(cli: Cli): void {
  const message = cli.program.command('message').description('Send messages without an agent.');
  const send = message
    .command('send')
    .argument('<text>', 'the message')
    .description('Send a message through a messenger.')
    .requiredOption('--channel <name>', 'the messenger, for example telegram')
    .requiredOption('--to <conversation>', 'where to, as the messenger names it')
    .option('--account <name>', 'the account of the messenger', 'main')
    .option('--key <text>', 'sends once, however often it is repeated with this key');
  does<SendOptions>(
    cli,
    send,
    async ({ connect, context, output, signal }, { args: [text = ''], options }) => {
      const { channel, account, to, key } = options;
      const client = await connect();
      const result = await client.call(
        'send',
        { channel, account, to, message: text, idempotencyKey: key ?? context.newId() },
        signal,
      );
      output.result(result, () => [
        `Accepted for delivery (${result.ids.join(', ')}); \`cuttle messages failed\` shows what could not be delivered.`,
      ]);
    },
  );
}
