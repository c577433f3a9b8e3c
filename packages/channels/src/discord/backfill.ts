import { isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { DiscordApi } from './api.ts';
import { isLater } from './snowflake.ts';

/** Pages of a channel at most: what is older than its newest thousand is not gone into. */
const maxPages = 10;
const pageSize = 100;

const WirePage = z.array(z.looseObject({ id: z.string().regex(/^\d{1,20}$/) }));

/**
 * What was said in a channel after an id, in order. A place that is gone or shut says nothing.
 * https://discord.com/developers/docs/resources/message#get-channel-messages
 */
export async function* readSince(
  { api }: { readonly api: DiscordApi },
  { channelId, since }: { readonly channelId: string; readonly since: string },
  signal: AbortSignal,
): AsyncGenerator<{ readonly id: string; readonly raw: unknown }, void, void> {
  let after = since;
  for (let page = 0; page < maxPages; page += 1) {
    const found = await readPage(api, { channelId, after }, signal);
    for (const raw of found) yield { id: raw.id, raw };
    const last = found.at(-1);
    if (last === undefined || found.length < pageSize) return;
    after = last.id;
  }
}

async function readPage(
  api: DiscordApi,
  { channelId, after }: { readonly channelId: string; readonly after: string },
  signal: AbortSignal,
): Promise<z.infer<typeof WirePage>> {
  const query = { after, limit: String(pageSize) };
  const path = `/channels/${channelId}/messages`;
  try {
    const page = WirePage.parse(await api.callPatiently({ method: 'GET', path, query }, signal));
    return page.toSorted((a, b) => (isLater(a.id, b.id) ? 1 : -1));
  } catch (error) {
    if (isCuttleError(error, 'channel.blocked', 'channel.invalid')) return [];
    throw error;
  }
}
