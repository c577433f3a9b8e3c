import { CuttleError } from '@cuttle/core-types/errors';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';

/** A message through a channel that no run asked for; idempotent by key. Throws `channel.not-found`. */
export async function sendMessage(
  kernel: Kernel,
  {
    channel,
    account,
    to,
    text,
    key,
  }: { channel: string; account: string; to: string; text: string; key: string },
): Promise<readonly string[]> {
  const found = [...kernel.accounts.values()].find(
    (one) => one.channel.id === channel && one.name === account,
  );
  const place = found?.channel.address(to);
  if (!found || !place)
    throw new CuttleError(
      'channel.not-found',
      `No connected account ${channel}:${account} leads to "${to}".`,
    );
  const conversation = { accountId: found.accountId, ...place };
  const drafts = noticeDrafts(kernel, {
    channel: found.channel,
    conversation,
    origin: `send:${key}`,
    answer: { text },
  });
  const { outboundIds, conversations } = await kernel.store.journal.prepareOutbound({ drafts });
  for (const conversationId of conversations) kernel.dispatcher.wake(conversationId);
  return outboundIds;
}
