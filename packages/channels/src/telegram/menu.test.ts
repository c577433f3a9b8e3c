import { CuttleError } from '@cuttle/core-types/errors';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { createTelegramApi, type TelegramApi } from './api.ts';
import { publishMenu } from './menu.ts';
import { TelegramOptions } from './options.ts';

const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(8000);
const commands = [
  { name: 'help', description: 'List', descriptions: { de: 'Zeigen', 'not-one': 'x' } },
  { name: 'pin', description: 'Pin', onlyFor: ['1001', '77', '@ann'] },
];

async function publish(server: TelegramServer): Promise<void> {
  const options = TelegramOptions.parse({ token: server.token, apiRoot: server.url });
  const deps = { fetch, clock: createInstantClock(), log, random: () => 0.5 };
  await publishMenu({ api: createTelegramApi(options, deps), log }, commands, soon());
}

it('publishes everybody’s commands in each language, and more in the chats of those who are shown more', async () => {
  await using server = await openTelegramServer();
  server.user({ id: 1001 });
  await publish(server);
  const said = server
    .calls('setMyCommands')
    .map(({ params }) => [params['scope'], params['language_code'], params['commands']]);
  const scope = (id: number): object => ({ type: 'chat', chat_id: id });
  const [list, zeigen, pin] = [
    { command: 'help', description: 'List' },
    { command: 'help', description: 'Zeigen' },
    { command: 'pin', description: 'Pin' },
  ];
  expect(said).toEqual([
    [undefined, undefined, [list]],
    [undefined, 'de', [zeigen]],
    [scope(1001), undefined, [list, pin]],
    [scope(1001), 'de', [zeigen, pin]],
    [scope(77), undefined, [list, pin]],
    [scope(77), 'de', [zeigen, pin]],
  ]);
});

it('bears that a person has no chat with the bot, and goes on with the others', async () => {
  const told: unknown[] = [];
  const call: TelegramApi['call'] = async (_method, { scope, language_code: language }) => {
    const chat = typeof scope === 'object' && scope !== null && 'chat_id' in scope;
    const id = chat ? scope.chat_id : undefined;
    if (id === 1001) throw new CuttleError('channel.invalid', 'chat not found');
    told.push([id, language]);
  };
  await publishMenu({ api: { call }, log }, commands, soon());
  expect(told).toEqual([
    [undefined, undefined],
    [undefined, 'de'],
    [77, undefined],
    [77, 'de'],
  ]);
});
