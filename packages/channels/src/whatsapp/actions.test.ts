import type { Receipt } from '@cuttle/core-types/ports';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { openWhatsappServer, type WhatsappServer } from '@cuttle/testkit/whatsapp';
import { expect, it } from 'vitest';
import { createWhatsappChannel } from './channel.ts';
import { WhatsappOptions } from './options.ts';

const ann = '491701234567';
const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(8000);

interface Bench extends AsyncDisposable {
  readonly server: WhatsappServer;
  /** Does it in Ann's chat, as the dispatcher would. */
  act(
    name: string,
    input: object,
    about?: { messageId?: string; receipt?: Receipt },
  ): Promise<Receipt>;
}

async function openBench(): Promise<Bench> {
  const server = await openWhatsappServer();
  server.person({ phone: ann, name: 'Ann' });
  const options = WhatsappOptions.parse({
    accessToken: server.accessToken,
    appSecret: server.appSecret,
    phoneNumberId: server.numbers[0]?.id,
    verifyToken: 'word',
    graphUrl: server.url,
  });
  const clock = createInstantClock();
  const channel = createWhatsappChannel(options, { fetch, clock, log, random: () => 0.5 });
  return {
    server,
    async act(name, input, { messageId, receipt } = {}) {
      const action = channel.actions?.find((one) => one.name === name);
      if (!action) throw new Error(`no action ${name}`);
      const about = messageId === undefined ? {} : { messageId };
      const part = action.render(action.input.parse(input), about);
      const kind = receipt ? action.kind : 'send';
      const request = { kind, target: { waId: ann }, part, idempotencyKey: 'k' } as const;
      return channel.send({ ...request, ...(receipt && { receipt }) }, soon());
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it('reacts to what a person said and to what it sent, and takes it back', async () => {
  await using bench = await openBench();
  const { messageId } = bench.server.say({ from: ann, text: 'look' });
  await bench.act('react', { emoji: ' 👍 ' }, { messageId });
  await bench.act('react', { emoji: '' }, { messageId });
  const receipt = await bench.act('buttons', { text: 'Well?', buttons: [{ label: 'Yes' }] });
  await bench.act('react', { emoji: '❤️' }, { receipt });
  expect(bench.server.reactions).toEqual([
    { messageId, emoji: '👍' },
    { messageId, emoji: '' },
    { messageId: receipt.messageId, emoji: '❤️' },
  ]);
});

it('sends buttons and a list whose choices say words', async () => {
  await using bench = await openBench();
  await bench.act('buttons', {
    text: 'Few?',
    buttons: [{ label: 'Yes' }, { label: 'No', data: 'Never' }],
  });
  const choices = Array.from({ length: 10 }, (_, at) => ({
    label: `A longer choice, number ${at}`,
  }));
  await bench.act('list', { text: 'Many?', choices });
  const seen = bench.server.visible(ann).map(({ buttons }) => buttons);
  expect(seen[0]).toMatchObject([{ id: 'say:Yes' }, { id: 'say:Never' }]);
  expect(seen[1]).toHaveLength(10);
  expect(seen[1]?.[9]).toMatchObject({ kind: 'list_reply', id: 'say:A longer choice, number 9' });
});
