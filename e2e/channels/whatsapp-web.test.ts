import { echoScript } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openWhatsappWeb } from '@cuttle/testkit/whatsapp-web';
import { expect, it } from 'vitest';
import { openServerHome } from '../signals/run-server.ts';
import { localModel } from './local-model.ts';

const soon = (): AbortSignal => AbortSignal.timeout(40_000);
const ann = '491701234567';
const place = { channel: 'whatsapp-web', account: 'main' };

it('links an account of WhatsApp, and answers each message once, whatever is killed', async () => {
  await using whatsapp = await openWhatsappWeb({ isLinked: false });
  await using model = await openOpenaiServer({ script: echoScript() });
  await using home = await openServerHome({
    ...localModel(model.url),
    channels: { 'whatsapp-web': { main: { program: whatsapp.program, dmPolicy: 'open' } } },
    delivery: { deadlineMs: 900, marginMs: 100 },
    log: { level: 'warn' },
  });
  whatsapp.person({ phone: ann, name: 'Ann' });
  const answers = (): string[] => whatsapp.visible(ann).map(({ text }) => text);
  const untilSaid = (words: string): Promise<true> =>
    whatsapp.waitFor(() => answers().some((text) => text.includes(words)), soon());
  const untilListening = (): Promise<true> => whatsapp.waitFor(() => whatsapp.isListening, soon());

  const first = home.start();
  const client = await first.connect();
  const shown = await client.call('channels.login', place);
  expect(shown).toMatchObject({ ok: true, payload: { state: 'code', code: whatsapp.code } });
  const linking = client.call('channels.login', { ...place, seen: whatsapp.code });
  whatsapp.scan();
  expect(await linking).toMatchObject({ payload: { state: 'linked', name: 'Cuttle' } });
  // The account need not wait for its next try.
  await untilListening();
  whatsapp.say({ from: ann, text: 'One' });
  await untilSaid('One');
  expect(whatsapp.typing).toContain(ann);

  client.terminate();
  // Killed while the model is asked; its bridge ends with it.
  const asked = model.requests.length;
  whatsapp.say({ from: ann, text: '[[first=800]] Two' });
  await model.untilCalls(asked + 1, soon());
  first.kill('SIGKILL');
  await first.exit;
  await whatsapp.waitFor(() => !whatsapp.isListening, soon());
  whatsapp.say({ from: ann, text: 'Three' });
  const second = home.start();
  await second.ready;
  await untilSaid('Two');
  await untilSaid('Three');

  // A send whose answer is lost with the bridge is repeated under its id.
  whatsapp.fail({ command: 'send', when: 'after', act: 'die' });
  whatsapp.say({ from: ann, text: 'Four' });
  await untilSaid('Four');
  await untilListening();
  whatsapp.say({ from: ann, text: 'Five' });
  await untilSaid('Five');
  await whatsapp.waitFor(() => whatsapp.pending.length === 0, soon());

  const other = await second.connect();
  expect(await other.call('channels.directory', { ...place, query: 'ann' })).toMatchObject({
    payload: { source: 'seen', rows: [{ id: ann, name: 'Ann', kind: 'people' }], more: false },
  });
  expect(await other.call('channels.logout', place)).toMatchObject({ ok: true });
  expect(whatsapp.isLinked).toBe(false);
  const probe = await other.call('channels.probe', place);
  expect(probe).toMatchObject({ payload: { ok: false } });
  second.kill('SIGTERM');
  expect((await second.exit).status).toBe(0);

  for (const word of ['One', 'Two', 'Three', 'Four', 'Five'])
    expect(answers().filter((text) => text.includes(word))).toHaveLength(1);
}, 120_000);
