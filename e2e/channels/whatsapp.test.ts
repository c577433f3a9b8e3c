import { echoScript } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openWhatsappServer } from '@cuttle/testkit/whatsapp';
import { expect, it } from 'vitest';
import { openServerHome, type RunningServer } from '../signals/run-server.ts';
import { localModel } from './local-model.ts';

const soon = (): AbortSignal => AbortSignal.timeout(40_000);
const ann = '491701234567';

it('answers each message on WhatsApp once, whatever is killed or delivered again', async () => {
  await using whatsapp = await openWhatsappServer();
  await using model = await openOpenaiServer({ script: echoScript() });
  await using home = await openServerHome({
    ...localModel(model.url),
    channels: {
      whatsapp: {
        main: {
          accessToken: whatsapp.accessToken,
          appSecret: whatsapp.appSecret,
          phoneNumberId: whatsapp.numbers[0]?.id,
          verifyToken: 'a-word-of-ours',
          graphUrl: whatsapp.url,
          dmPolicy: 'open',
        },
      },
    },
    delivery: { deadlineMs: 1500, marginMs: 200 },
    log: { level: 'warn' },
  });
  whatsapp.person({ phone: ann, name: 'Ann' });
  const answers = (): string[] => whatsapp.visible(ann).map(({ text }) => text);
  const untilSaid = (words: string): Promise<true> =>
    whatsapp.waitFor(() => answers().some((text) => text.includes(words)), soon());

  const start = async (): Promise<RunningServer> => {
    const before = whatsapp.calls('number').length;
    const server = home.start();
    const url = new URL('/hooks/whatsapp/main', await server.ready);
    // Proved, and then read once more by what receives.
    await whatsapp.waitFor(() => whatsapp.calls('number').length >= before + 2, soon());
    await whatsapp.setCallback({ url: url.href, verifyToken: 'a-word-of-ours' });
    return server;
  };
  const first = await start();
  const { change } = whatsapp.say({ from: ann, text: 'One' });
  await untilSaid('One');
  expect(whatsapp.reads.length).toBeGreaterThan(0);
  whatsapp.sendDuplicate(change);

  // Killed while the model is asked, and what is said meanwhile is delivered again.
  const asked = model.requests.length;
  whatsapp.say({ from: ann, text: '[[first=1500]] Two' });
  await model.untilCalls(asked + 1, soon());
  first.kill('SIGKILL');
  await first.exit;
  whatsapp.say({ from: ann, text: 'Three' });
  const second = await start();
  await untilSaid('Two');
  await untilSaid('Three');
  await whatsapp.waitFor(() => whatsapp.pendingChanges.length === 0, soon());
  const client = await second.connect();
  const knows = await client.call('channels.directory', { channel: 'whatsapp', query: 'ann' });
  expect(knows).toMatchObject({
    payload: { source: 'seen', rows: [{ id: ann, name: 'Ann', kind: 'people' }], more: false },
  });
  client.terminate();
  second.kill('SIGTERM');
  expect((await second.exit).status).toBe(0);

  for (const word of ['One', 'Two', 'Three'])
    expect(answers().filter((text) => text.includes(word))).toHaveLength(1);
}, 120_000);
