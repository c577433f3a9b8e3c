import type { ChannelInbound } from '@cuttle/core-types/ports';
import type { ChannelAccount } from './kernel.ts';

/** What is said to who came into a group; empty: nothing. */
export function greetingFor(
  { greetings }: Pick<ChannelAccount, 'greetings'>,
  { joined }: Pick<ChannelInbound, 'joined'>,
): string {
  if (!greetings || !joined) return '';
  if (joined.who === 'us') return greetings.added;
  const names = joined.names.map(toPlainName).filter((name) => name !== '');
  return names.length === 0 ? '' : greetings.joined.replaceAll('{name}', () => names.join(', '));
}

/** A minute of people who come is one greeting: a crowd does not keep answers waiting. */
export function greetingOrigin(
  inboundId: string,
  place: { readonly accountId: string; readonly key: string },
  { joined, at }: Pick<ChannelInbound, 'joined' | 'at'>,
): string {
  if (joined?.who === 'us') return `greet:${inboundId}`;
  return `greet:${place.accountId}:${place.key}:${Math.floor(at / 60_000)}`;
}

/** A name is anybody's words, and ours to say: it calls nobody, leads nowhere and has no marks. */
function toPlainName(name: string): string {
  const words = name.replace(/[\\`*_~[\]()<>#|@!&:/.]/g, ' ').replace(/\s+/g, ' ');
  return words.trim().slice(0, 60).toWellFormed();
}
