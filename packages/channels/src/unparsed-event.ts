import { Json } from '@cuttle/core-types';
import type { ChannelInbound } from '@cuttle/core-types/ports';
import { shortHash } from './foreign-text.ts';

/** What nobody can read, whole. Told again, it is known by `externalId`; by what it says where the platform gave it no name. */
export function toUnparsedEvent(raw: unknown, externalId?: string): ChannelInbound {
  const json = Json.safeParse(raw);
  const kept = json.success ? json.data : String(raw);
  return {
    externalId: externalId ?? `raw:${shortHash(JSON.stringify(kept))}`,
    kind: 'unparsed',
    target: null,
    chat: { id: 'unknown', kind: 'dm' },
    sender: { id: 'unknown', isBot: false },
    messageId: '',
    text: '',
    mentioned: false,
    replyToUs: false,
    at: 0,
    raw: kept,
  };
}
