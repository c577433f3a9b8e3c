import { CuttleError } from '@cuttle/core-types/errors';
import type { noticeDrafts } from './outbound-drafts.ts';
import type { RunState } from './run-state.ts';

/** `current`, `<channel>:<address>` or `<channel>:<account>:<address>` → where to send. */
export function findPlace(
  { kernel, claimed }: RunState,
  to: string,
): Pick<Parameters<typeof noticeDrafts>[1], 'channel' | 'conversation'> {
  const { route, conversationKey } = claimed;
  const accounts = [...kernel.accounts.values()];
  if (to === 'current') {
    const account = route.kind === 'push' ? kernel.accounts.get(route.accountId) : undefined;
    if (!account || route.kind !== 'push' || conversationKey === undefined)
      throw new CuttleError(
        'channel.not-found',
        'This conversation is read by its client; answer it instead of sending a message.',
      );
    const conversation = {
      accountId: route.accountId,
      key: conversationKey,
      target: route.target,
      group: route.chat === 'group',
    };
    return { channel: account.channel, conversation };
  }
  for (const { accountId, name, channel } of accounts) {
    const rest = [`${channel.id}:${name}:`, `${channel.id}:`].find((prefix) =>
      to.startsWith(prefix),
    );
    const place = rest === undefined ? undefined : channel.address(to.slice(rest.length));
    if (place) return { channel, conversation: { accountId, ...place } };
  }
  throw new CuttleError('channel.not-found', `No connected channel leads to "${to}".`);
}
