import type { Channel } from '@cuttle/core-types/ports';
import type { ChannelAccount } from '../kernel.ts';
import { standIn } from './stand-in.ts';

/** The one account of a test, `account-1`, with no limits but its channel's. */
export function accountOver(channel: Channel): ChannelAccount {
  return standIn<ChannelAccount>({ accountId: 'account-1', name: 'main', limits: {}, channel });
}
