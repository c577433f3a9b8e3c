import { configSchema } from '@cuttle/config';
import { withOver } from '@cuttle/runtime';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configuredChannels } from './channel-list.ts';
import { createLog } from './log.ts';
import { nodeClock } from './node-clock.ts';
import { toRuntimeSettings } from './settings.ts';

const layers = {
  account: { name: 'of account', emoji: '1', avatar: 'https://example.org/account' },
  channel: { name: 'of channel', emoji: '2', avatar: 'https://example.org/channel' },
  global: { name: 'of global', emoji: '3', avatar: 'https://example.org/global' },
  agent: { name: 'of agent', emoji: '4', avatar: 'https://example.org/agent' },
};
type Layer = keyof typeof layers;

let server: Server;
let apiRoot: string;
beforeAll(async () => {
  server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  apiRoot = `http://127.0.0.1:${port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** The identity in force at an account, where only these layers say something. */
async function identityOf(said: Partial<typeof layers>): Promise<object> {
  const of = (layer: Layer): object => ({ ...(said[layer] && { identity: said[layer] }) });
  const config = configSchema.parse({
    ...of('global'),
    agents: { list: [{ id: 'main', ...of('agent') }] },
    channels: {
      telegram: { '*': of('channel'), main: { token: '1:abc', apiRoot, ...of('account') } },
    },
  });
  const [channel] = configuredChannels(config.channels, {});
  const log = createLog({ level: 'error', format: 'json', now: nodeClock.now });
  const deps = { fetch, clock: nodeClock, log, random: () => 0.5 };
  const account = await channel?.open(deps, () => Promise.resolve(undefined));
  const [agent] = toRuntimeSettings(config).agents;
  if (!account || !agent) throw new TypeError('There is no account or no agent.');
  await account.channel[Symbol.asyncDispose]();
  return withOver(agent.identity, account.identity);
}

describe('the identity of an agent', () => {
  it.each<[Layer, readonly Layer[]]>([
    ['account', ['account', 'channel', 'global', 'agent']],
    ['channel', ['channel', 'global', 'agent']],
    ['global', ['global', 'agent']],
    ['agent', ['agent']],
  ])('is what the %s says, where nothing before it does', async (first, given) => {
    const said = Object.fromEntries(given.map((layer) => [layer, layers[layer]]));
    expect(await identityOf(said)).toEqual(layers[first]);
  });

  it('is taken field by field', async () => {
    const { account, channel, global, agent } = layers;
    const identity = await identityOf({
      account: { name: account.name } as typeof account,
      global: { emoji: global.emoji } as typeof global,
      agent,
    });
    expect(identity).toEqual({ name: account.name, emoji: global.emoji, avatar: agent.avatar });
    expect(channel.name).not.toBe(account.name);
  });

  it('is Cuttle where nobody says anything', async () => {
    expect(await identityOf({})).toEqual({ name: 'Cuttle', emoji: undefined, avatar: undefined });
  });
});
