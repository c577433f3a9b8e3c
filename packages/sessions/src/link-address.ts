import type { LinkAddress } from '@cuttle/core-types/ports';

/**
 * `telegram:42`, or `telegram/work:42` for one of our accounts only. Undefined where it is neither: an @name is none, as it can
 * change hands.
 */
export function parseLinkAddress(text: string): LinkAddress | undefined {
  const match = /^([\w-]{1,50})(?:\/([^:/\s]{1,100}))?:([^@\s]\S{0,199})$/.exec(text.trim());
  const [, channel, account = '', externalId] = match ?? [];
  if (channel === undefined || externalId === undefined) return undefined;
  return { channel, account, externalId };
}

/** The text that `parseLinkAddress` reads. */
export function toLinkText({ channel, account, externalId }: LinkAddress): string {
  return `${account === '' ? channel : `${channel}/${account}`}:${externalId}`;
}
