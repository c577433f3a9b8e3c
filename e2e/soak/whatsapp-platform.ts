import { setTimeout as sleep } from 'node:timers/promises';
import { openWhatsappServer, type WhatsappServer } from '@cuttle/testkit/whatsapp';
import { faultRates, type SoakPlatform, type SoakPlatformOptions } from './platform.ts';

const verifyToken = 'a-word-of-the-soak';
/** Codes of the limits that are counted. https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes */
const limited = { code: 130_429, status: 429, retryAfter: 1 } as const;

export async function openWhatsappPlatform({
  conversations: count,
  now,
  random,
}: SoakPlatformOptions): Promise<SoakPlatform> {
  const whatsapp = await openWhatsappServer({ limits: true, statuses: false, now });
  const people = Array.from({ length: count }, (_, index) => String(491_700_000_001 + index));
  for (const phone of people) whatsapp.person({ phone, name: `Person ${phone}` });
  const faults = addFaults(whatsapp, random);
  return {
    name: 'whatsapp',
    account: {
      accessToken: whatsapp.accessToken,
      appSecret: whatsapp.appSecret,
      phoneNumberId: whatsapp.numbers[0]?.id,
      verifyToken,
      graphUrl: whatsapp.url,
      dmPolicy: 'open',
      queueMode: 'followup',
    },
    conversations: people,
    limits: '80/s, to one person one in 6 s after 45 at once',
    cutsStay: true,
    perSecond: 15,
    begin: (url) => setCallback(whatsapp, new URL('/hooks/whatsapp/main', url).href),
    say(from, text) {
      whatsapp.say({ from, text });
    },
    seen: (phone) => whatsapp.visible(phone).map(({ id, text }) => ({ id, text })),
    pending: () => whatsapp.pendingChanges.length,
    // A refusal of the limits has the status 400, a fault 429.
    refusals: () =>
      whatsapp
        .calls('send')
        .flatMap(({ status, body }) =>
          status === 400 ? [JSON.stringify(body).slice(0, 200)] : [],
        ),
    struck: () => ({
      limited: faults.limited.struck,
      failed: faults.failed.struck,
      cut: faults.cutBefore.struck + faults.cutAfter.struck,
      cutSends: whatsapp.calls('send').filter(({ state }) => state === 'cut').length,
    }),
    [Symbol.asyncDispose]: () => whatsapp[Symbol.asyncDispose](),
  };
}

/** Until the gateway has connected, which its calls may fail at, too. */
async function setCallback(whatsapp: WhatsappServer, url: string): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      return await whatsapp.setCallback({ url, verifyToken });
    } catch (error) {
      if (tries === 200) throw error;
      await sleep(50);
    }
}

function addFaults(whatsapp: WhatsappServer, random: () => number) {
  const chance = (share: number) => ({ times: Infinity, match: () => random() < share });
  return {
    limited: whatsapp.fail({ ...chance(faultRates.limited), act: limited }),
    failed: whatsapp.fail({ ...chance(faultRates.failed), act: { code: 131_016 } }),
    cutBefore: whatsapp.fail({ ...chance(faultRates.cut / 2), act: 'cut' }),
    cutAfter: whatsapp.fail({ ...chance(faultRates.cut / 2), when: 'after', act: 'cut' }),
  };
}
