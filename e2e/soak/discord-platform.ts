import { type DiscordServer, openDiscordServer } from '@cuttle/testkit/discord';
import { faultRates, type SoakPlatform, type SoakPlatformOptions } from './platform.ts';

/** Of all conversations, how many are channels of a guild. */
const guildShare = 0.3;
const sendRoute = '/channels/:channel/messages';

export async function openDiscordPlatform({
  conversations: count,
  now,
  random,
}: SoakPlatformOptions): Promise<SoakPlatform> {
  const discord = await openDiscordServer({ limits: true, now });
  const inGuild = Math.floor(count * guildShare);
  const people = Array.from({ length: count - inGuild }, (_, index) =>
    discord.user({ globalName: `Person ${index}` }),
  );
  const guild = discord.guild({ members: people });
  const speakers = new Map<string, { readonly from: string; readonly mention: boolean }>();
  for (const from of people) speakers.set(discord.direct(from), { from, mention: false });
  for (let index = 0; index < inGuild; index += 1)
    speakers.set(discord.channel({ guild, name: `room-${index}` }), {
      from: people[index % people.length] ?? '',
      mention: true,
    });
  const faults = addFaults(discord, random);
  return {
    name: 'discord',
    account: {
      token: discord.token,
      restUrl: discord.restUrl,
      dmPolicy: 'open',
      queueMode: 'followup',
    },
    conversations: [...speakers.keys()],
    limits: '50/s, a bucket of 5 in 5 s for each channel and route',
    cutsStay: false,
    perSecond: 15,
    // A bot that was never connected is told of nothing that was said before.
    async begin() {
      const signal = AbortSignal.timeout(30_000);
      await discord.waitFor(() => discord.sessions.at(-1)?.connected, signal);
    },
    say(channel, text) {
      const speaker = speakers.get(channel);
      if (speaker === undefined) throw new TypeError(`Nobody speaks in ${channel}`);
      discord.say({ ...speaker, channel, text });
    },
    seen: (channel) =>
      discord.visibleFromBot(channel).map(({ id, content }) => ({ id, text: content })),
    // What a session has not acknowledged is told again by Discord, and looked for by the gateway.
    pending: () => 0,
    refusals: () =>
      discord.ledger
        .filter(({ isOverLimit }) => isOverLimit)
        .map(({ method, path, at }) => `${method} ${path} at ${at}`),
    struck: () => ({
      limited: faults.limited.struck,
      failed: faults.failed.struck,
      cut: faults.cutBefore.struck + faults.cutAfter.struck,
      cutSends: discord.calls('POST', sendRoute).filter(({ state }) => state === 'cut').length,
    }),
    [Symbol.asyncDispose]: () => discord[Symbol.asyncDispose](),
  };
}

function addFaults(discord: DiscordServer, random: () => number) {
  const chance = (share: number) => ({ times: Infinity, match: () => random() < share });
  return {
    limited: discord.fail({ ...chance(faultRates.limited), act: { status: 429, retryAfter: 1 } }),
    failed: discord.fail({ ...chance(faultRates.failed), act: { status: 502 } }),
    cutBefore: discord.fail({ ...chance(faultRates.cut / 2), act: 'cut' }),
    cutAfter: discord.fail({ ...chance(faultRates.cut / 2), when: 'after', act: 'cut' }),
  };
}
