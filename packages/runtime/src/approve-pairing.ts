import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { bodyHash } from './body-hash.ts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { normaliseCode } from './pairing.ts';

/** Lets the holder of a code in, once, and tells them. Throws `request.not-found` for a code that is unknown, used or expired. */
export async function approvePairing(
  kernel: Kernel,
  { code, by }: { code: string; by: string },
): Promise<{ channel: string; externalId: string; name: string | undefined }> {
  const codeHash = await bodyHash(normaliseCode(code));
  const pairing = (await kernel.store.reader.listPairings({ limit: 1000 })).find(
    ({ codeHint }) => codeHint === normaliseCode(code),
  );
  const account = pairing && kernel.accounts.get(pairing.accountId);
  const outbound = account
    ? noticeDrafts(kernel, {
        channel: account.channel,
        conversation: pairing.conversation,
        origin: `paired:${codeHash}`,
        answer: { text: textFor('access.paired'), notice: 'access.paired' },
      })
    : [];
  const approved = await kernel.store.journal.approvePairing({ codeHash, by, outbound });
  if (!approved)
    throw new CuttleError('request.not-found', 'This pairing code is unknown, used or expired.', {
      hint: '`cuttle pair list` shows who waits.',
    });
  for (const conversationId of approved.conversations) kernel.dispatcher.wake(conversationId);
  const { channel, externalId, name } = approved.identity;
  return { channel, externalId, name };
}
