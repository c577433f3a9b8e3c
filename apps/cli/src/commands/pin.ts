import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toTable } from '../output.ts';
import { plain } from '../paint.ts';

interface PlaceOptions {
  readonly agent?: string;
  readonly session?: string;
}

export function addPin(cli: Cli): void {
  const pin = cli.program
    .command('pin')
    .description('Standing orders: pinned words that every prompt holds.');
  addList(cli, pin);
  addAdd(cli, pin);
  addRemove(cli, pin);
}

function withPlace(command: Command): Command {
  return command
    .option('--agent <id>', 'the agent, in place of the default one')
    .option('--session <key>', 'one session only');
}

function placeOf({ agent, session }: PlaceOptions): { agentId?: string; sessionKey?: string } {
  return { ...(agent && { agentId: agent }), ...(session && { sessionKey: session }) };
}

function addList(cli: Cli, pin: Command): void {
  const command = withPlace(pin.command('list')).description('Show what is pinned.');
  does<PlaceOptions>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const result = await client.call('pins.list', placeOf(options), signal);
    output.result(result, () =>
      result.pins.length === 0
        ? ['Nothing is pinned.']
        : toTable(
            ['Id', 'Where', 'Order'],
            result.pins.map(({ pinId, agentId, sessionKey, text }) => [
              pinId,
              sessionKey ?? `all sessions of ${agentId}`,
              text,
            ]),
            output.paint,
          ),
    );
  });
}

function addAdd(cli: Cli, pin: Command): void {
  const command = withPlace(pin.command('add'))
    .argument('<text...>', 'the order')
    .description('Pin a standing order for all sessions of an agent, or for one session.');
  does<PlaceOptions>(cli, command, async ({ connect, output, signal }, { args, options }) => {
    const client = await connect();
    const text = args.join(' ');
    const result = await client.call('pins.add', { text, ...placeOf(options) }, signal);
    output.result(result, () => [`Pinned as ${result.pinId}: ${plain(result.text)}`]);
  });
}

function addRemove(cli: Cli, pin: Command): void {
  const command = pin
    .command('remove')
    .argument('<id>', 'the pin, as `cuttle pin list` shows it')
    .description('Take a standing order down.');
  does(cli, command, async ({ connect, output, signal }, { args: [pinId = ''] }) => {
    const client = await connect();
    const result = await client.call('pins.remove', { pinId }, signal);
    output.result(result, () => [result.ok ? 'It is taken down.' : 'There is no such pin.']);
  });
}
