import type {
  ChannelInbound,
  ConversationRef,
  OutboundDraft,
  PairingDraft,
  Tally,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { bodyHash } from './body-hash.ts';
import type { ChannelAccount, Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { makePairingCode, strangerText } from './pairing.ts';

/** A stranger who wrote to an account. */
export interface Stranger {
  readonly account: ChannelAccount;
  readonly event: Pick<ChannelInbound, 'sender'>;
  readonly conversation: ConversationRef;
  readonly inboundId: string;
}

/** A code with what is said of it: to the stranger first, then to the owner. */
export interface PairingOffer {
  readonly pairing: PairingDraft;
  readonly notice: readonly OutboundDraft[];
}

const hourMs = 3_600_000;
/** Codes of one account that wait at once: a crowd of strangers makes neither rows nor messages without end. */
const mostCodes = 50;
/** New codes in an hour, whatever became of those before. */
const [mostOfAccount, mostOfSender] = [100, 3];
/** Messages to the owner in an hour about strangers of one account; `/pair` lists the others. */
const mostTold = 5;

/** One code per person at a time; asking again before it expires is not answered again, nor is who asks too often. */
export async function offerPairing(
  kernel: Kernel,
  stranger: Stranger,
): Promise<PairingOffer | undefined> {
  const { account, event, conversation, inboundId } = stranger;
  const { accountId, channel } = account;
  const place = { channel: channel.id, accountId, externalId: event.sender.id };
  // A refused one is found too, until it would have expired.
  if (await kernel.store.reader.findPairing(place)) return undefined;
  const sender = await bodyHash(JSON.stringify(place));
  const tallies = [tallyOf(`codes:${accountId}`), tallyOf(`codes:${sender}`)];
  if (await isCrowded(kernel, accountId, tallies)) return undefined;
  const code = makePairingCode(kernel.random);
  const { ttlMs } = kernel.settings().pairing;
  const said = { code, minutes: Math.max(1, Math.round(ttlMs / 60_000)) };
  const notice = noticeDrafts(kernel, {
    channel,
    conversation,
    origin: `notice:${inboundId}`,
    answer: { text: textFor('access.pairing', said), notice: 'system' },
  });
  const told = await tellOwner(kernel, { stranger, sender, said });
  const pairing: PairingDraft = {
    ...place,
    codeHash: await bodyHash(code),
    codeHint: code,
    name: event.sender.name,
    conversation,
    expiresAt: kernel.clock.now() + ttlMs,
    tallies: [...tallies, ...(told.length > 0 ? [toldTally(accountId)] : [])],
  };
  return { pairing, notice: [...notice, ...told] };
}

function tallyOf(key: string): Tally {
  return { key, windowMs: hourMs };
}

function toldTally(accountId: string): Tally {
  return tallyOf(`told:${accountId}`);
}

async function isCrowded(
  { store: { reader } }: Kernel,
  accountId: string,
  tallies: readonly Tally[],
): Promise<boolean> {
  const [ofAccount = 0, ofSender = 0] = await Promise.all(
    tallies.map((tally) => reader.findTally(tally)),
  );
  if (ofAccount >= mostOfAccount || ofSender >= mostOfSender) return true;
  const waiting = await reader.listPairings({ limit: 1000 });
  return waiting.filter((pairing) => pairing.accountId === accountId).length >= mostCodes;
}

/** What the owner is told, where they have written to one of our accounts: once of each stranger, as its origin is theirs. */
async function tellOwner(
  kernel: Kernel,
  {
    stranger: { account, event },
    sender,
    said,
  }: {
    readonly stranger: Stranger;
    readonly sender: string;
    readonly said: { readonly code: string; readonly minutes: number };
  },
): Promise<OutboundDraft[]> {
  if (!kernel.settings().pairing.tellOwner) return [];
  const place = await findOwnerPlace(kernel, account);
  if (!place) return [];
  if ((await kernel.store.reader.findTally(toldTally(account.accountId))) >= mostTold) return [];
  const { id: externalId, name } = event.sender;
  const text = textFor('pairing.asked', {
    ...said,
    who: strangerText({ name, externalId }),
    place: `${account.channel.id}/${account.name}`,
  });
  const buttons = [
    [
      { label: 'Let in', token: `pair ${said.code}` },
      { label: 'Refuse', token: `pair deny ${said.code}` },
    ],
  ];
  const answer = { text, notice: 'pairing.asked', buttons };
  return noticeDrafts(kernel, { ...place, origin: `pairing:${sender}`, answer });
}

/** Where the owner writes to us alone: on the account that the stranger wrote to, else on another one that is connected. */
async function findOwnerPlace(
  { accounts, store: { reader } }: Kernel,
  asked: ChannelAccount,
): Promise<Pick<Parameters<typeof noticeDrafts>[1], 'channel' | 'conversation'> | undefined> {
  const others = [...accounts.values()].filter(({ accountId }) => accountId !== asked.accountId);
  for (const { channel, accountId, access } of [asked, ...others])
    for (const externalId of access.owners) {
      const conversation = await reader.findDirect({ channel: channel.id, accountId, externalId });
      if (conversation) return { channel, conversation };
    }
  return undefined;
}
