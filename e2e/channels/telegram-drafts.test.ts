import { echoScript } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { openGateway } from '../gateway/open-gateway.ts';
import { openServerHome } from '../signals/run-server.ts';
import { localModel } from './local-model.ts';

const ann = 1001;
const ben = 1002;
const group = -1001;
const soon = (): AbortSignal => AbortSignal.timeout(20_000);
/** Two previews long, within the pace that Telegram grants. */
const slowly = '[[tokens=40]] [[delay=35]]';

async function openTelegram(): Promise<TelegramServer> {
  const telegram = await openTelegramServer({ longPollCapMs: 1000, limits: true });
  telegram.user({ id: ann, firstName: 'Ann' });
  telegram.user({ id: ben, firstName: 'Ben' });
  telegram.group({ id: group, members: [ann, ben] });
  return telegram;
}

function configFor({ token, url: apiRoot }: TelegramServer): Readonly<Record<string, unknown>> {
  const main = { token, apiRoot, dmPolicy: 'open', streaming: 'drafts', owners: [ben] };
  return {
    channels: { telegram: { main } },
    delivery: { deadlineMs: 800, marginMs: 100, streamAfterMs: 0 },
    log: { level: 'error' },
  };
}

const untilDrafts = (telegram: TelegramServer, count: number): Promise<true> =>
  telegram.waitFor(() => telegram.drafts(ann).length >= count || undefined, soon());
const untilSaid = (telegram: TelegramServer, chat: number): Promise<true> =>
  telegram.waitFor(
    () => telegram.visibleFromBot(chat).some(({ text }) => text.length > 100) || undefined,
    soon(),
  );

it('shows an answer as a draft and says it once, though it is killed in mid-draft', async () => {
  await using telegram = await openTelegram();
  await using model = await openOpenaiServer({ script: echoScript() });
  await using home = await openServerHome({ ...localModel(model.url), ...configFor(telegram) });
  const first = home.start();
  await first.ready;
  telegram.say({ from: ann, text: slowly });
  await untilDrafts(telegram, 1);
  first.kill('SIGKILL');
  await first.exit;
  expect(telegram.visibleFromBot(ann)).toEqual([]);

  const before = telegram.drafts(ann).length;
  telegram.say({ from: ann, chat: group, mention: true, text: slowly });
  const second = home.start();
  await second.ready;
  await untilDrafts(telegram, before + 2);
  await Promise.all([untilSaid(telegram, ann), untilSaid(telegram, group)]);
  second.kill('SIGTERM');
  await second.exit;

  expect(telegram.visibleFromBot(ann)).toMatchObject([{ history: [] }]);
  expect(telegram.visibleDrafts(ann)).toEqual([]);
  expect(new Set(telegram.drafts(ann).map(({ draftId }) => draftId)).size).toBe(1);
  const said = telegram.visibleFromBot(ann)[0]?.text ?? '';
  expect(said.startsWith(telegram.drafts(ann).at(-1)?.text.replace(/…$/, '') ?? '?')).toBe(true);
  const shown = telegram.visibleFromBot(group);
  expect(shown).toHaveLength(1);
  expect(shown[0]?.history.length).toBeGreaterThan(0);
  expect(telegram.drafts(group)).toEqual([]);
  expect(telegram.calls('sendMessageDraft').every(({ response }) => response?.ok)).toBe(true);
}, 60_000);

it('keeps what a draft showed when it is stopped, and goes on by edits where drafts are refused', async () => {
  await using telegram = await openTelegram();
  await using gateway = await openGateway({ config: configFor(telegram) });
  telegram.say({ from: ben, text: '[[hang]]' });
  await telegram.waitFor(() => telegram.drafts(ben)[0], soon());
  telegram.say({ from: ben, text: '/stop' });
  await telegram.waitFor(() => telegram.visibleFromBot(ben).length > 1 || undefined, soon());
  const [first] = telegram.drafts(ben);
  const texts = telegram.visibleFromBot(ben).map(({ text }) => text);
  expect(texts.filter((text) => text.startsWith(first?.text ?? '?'))).toHaveLength(1);

  telegram.fail({ method: 'sendMessageDraft', act: { code: 404, description: 'Not Found' } });
  telegram.say({ from: ann, text: '[[tokens=40]] [[delay=10]]' });
  await untilSaid(telegram, ann);
  await gateway[Symbol.asyncDispose]();
  expect(telegram.drafts(ann)).toEqual([]);
  const shown = telegram.visibleFromBot(ann);
  expect(shown).toHaveLength(1);
  expect(shown[0]?.history[0]?.text).toBe('…');
}, 60_000);
