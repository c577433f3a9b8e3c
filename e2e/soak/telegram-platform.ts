import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { faultRates, type SoakPlatform, type SoakPlatformOptions } from './platform.ts';

/** Of all conversations, how many are groups. */
const groupShare = 0.3;
/** The calls that make a message. */
const sends = new Set(['sendMessage']);

export async function openTelegramPlatform({
  conversations: count,
  now,
  random,
}: SoakPlatformOptions): Promise<SoakPlatform> {
  const telegram = await openTelegramServer({ limits: true, longPollCapMs: 5_000, now });
  const groups = Math.floor(count * groupShare);
  const people = Array.from({ length: count - groups }, (_, index) => 1001 + index);
  for (const id of people) telegram.user({ id, firstName: `Person ${id}` });
  const chats = Array.from({ length: groups }, (_, index) => -1_000_000_001 - index);
  for (const id of chats) telegram.group({ id, members: people });
  const faults = addFaults(telegram, random);
  return {
    name: 'telegram',
    account: {
      token: telegram.token,
      apiRoot: telegram.url,
      dmPolicy: 'open',
      queueMode: 'followup',
    },
    conversations: [...people, ...chats].map(String),
    limits: '30/s, 1/s in a chat after 5 at once, 20/min in a group',
    cutsStay: true,
    perSecond: 12,
    say(conversation, text) {
      const chat = Number(conversation);
      if (chat > 0) telegram.say({ from: chat, text });
      else telegram.say({ from: people[-chat % people.length] ?? 1001, chat, text, mention: true });
    },
    seen: (conversation) =>
      telegram
        .visibleFromBot(Number(conversation))
        .map(({ id, text }) => ({ id: String(id), text })),
    pending: () => telegram.pendingUpdates.length,
    refusals: () =>
      telegram.ledger.flatMap(({ method, params, response }) =>
        response?.error_code === 429 && response.description?.includes(injected) !== true
          ? [`${method} to ${String(params['chat_id'])}: ${response.description ?? ''}`]
          : [],
      ),
    struck: () => ({
      limited: faults.limited.struck,
      failed: faults.failed.struck,
      cut: faults.cutBefore.struck + faults.cutAfter.struck,
      cutSends: telegram.ledger.filter(
        ({ method, state }) => (state === 'cut' || state === 'gone') && sends.has(method),
      ).length,
    }),
    [Symbol.asyncDispose]: () => telegram[Symbol.asyncDispose](),
  };
}

/** Tells a fault of ours from a limit that was exceeded. */
const injected = 'of the soak';

function addFaults(telegram: TelegramServer, random: () => number) {
  const chance = (share: number) => ({ times: Infinity, match: () => random() < share });
  const description = `Too Many Requests: retry after 1 ${injected}`;
  return {
    limited: telegram.fail({
      ...chance(faultRates.limited),
      act: { code: 429, retryAfter: 1, description },
    }),
    failed: telegram.fail({ ...chance(faultRates.failed), act: { code: 502 } }),
    cutBefore: telegram.fail({ ...chance(faultRates.cut / 2), act: 'cut' }),
    cutAfter: telegram.fail({ ...chance(faultRates.cut / 2), when: 'after', act: 'cut' }),
  };
}
