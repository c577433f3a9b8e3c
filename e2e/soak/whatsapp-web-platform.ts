import { openWhatsappWeb, type WhatsappWeb } from '@cuttle/testkit/whatsapp-web';
import { faultRates, type SoakPlatform, type SoakPlatformOptions } from './platform.ts';

/** Ours: WhatsApp tells of none. */
const mostPerSecond = 5;

export async function openWhatsappWebPlatform({
  conversations: count,
  now,
  random,
}: SoakPlatformOptions): Promise<SoakPlatform> {
  const whatsapp = await openWhatsappWeb();
  const people = Array.from({ length: count }, (_, index) => String(491_700_000_001 + index));
  for (const phone of people) whatsapp.person({ phone, name: `Person ${phone}` });
  const sentAt: number[] = [];
  const faults = addFaults(whatsapp, random, () => void sentAt.push(now()));
  return {
    name: 'whatsapp-web',
    account: { program: whatsapp.program, dmPolicy: 'open', queueMode: 'followup' },
    conversations: people,
    limits: `${mostPerSecond}/s, which are ours`,
    cutsStay: false,
    perSecond: 4,
    async begin() {
      await whatsapp.waitFor(() => whatsapp.isListening, AbortSignal.timeout(60_000));
    },
    say(from, text) {
      whatsapp.say({ from, text });
    },
    seen: (phone) => whatsapp.visible(phone).map(({ id, text }) => ({ id, text })),
    pending: () => whatsapp.pending.length,
    refusals: () =>
      sentAt.flatMap((at, index) => {
        const before = sentAt[index - mostPerSecond];
        return before !== undefined && at - before < 1000 ? [`${at - before} ms for six`] : [];
      }),
    struck: () => ({
      limited: faults.limited.struck,
      failed: faults.failed.struck,
      cut: faults.cutBefore.struck + faults.cutAfter.struck,
      cutSends: faults.cutBefore.struck + faults.cutAfter.struck,
    }),
    [Symbol.asyncDispose]: () => whatsapp[Symbol.asyncDispose](),
  };
}

/** `onSend` hears of every send; a connection that is dropped is a bridge that dies. */
function addFaults(whatsapp: WhatsappWeb, random: () => number, onSend: () => void) {
  const chance = (share: number) =>
    ({ command: 'send', times: Infinity, match: () => random() < share }) as const;
  const limited = {
    ...chance(faultRates.limited),
    // The first that is asked of each command.
    match() {
      onSend();
      return random() < faultRates.limited;
    },
    act: { code: 'rate-limited', retryAfterMs: 1000 },
  } as const;
  return {
    limited: whatsapp.fail(limited),
    failed: whatsapp.fail({
      ...chance(faultRates.failed),
      act: { code: 'unavailable', reached: false },
    }),
    cutBefore: whatsapp.fail({ ...chance(faultRates.cut / 2), act: 'die' }),
    cutAfter: whatsapp.fail({ ...chance(faultRates.cut / 2), when: 'after', act: 'die' }),
  };
}
