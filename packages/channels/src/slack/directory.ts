import type {
  Clock,
  DirectoryCapability,
  DirectoryKind,
  DirectoryRow,
} from '@cuttle/core-types/ports';
import { pageOf } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { pickName, toListedName } from '../directory-names.ts';
import { createKeptLists } from '../kept-lists.ts';
import type { SlackApi } from './api.ts';

/** What Slack asks for at most, so many times: a minute has room for twenty calls of each. https://docs.slack.dev/apis/web-api/rate-limits */
const pageSize = 200;
const mostPages = 5;

const text = z.string().nullish();
const metadata = z.looseObject({ next_cursor: text }).nullish().catch(undefined);

/** https://docs.slack.dev/reference/methods/users.list */
const WirePeople = z.looseObject({
  members: z.array(
    z
      .looseObject({
        id: z.string().min(1),
        name: text,
        real_name: text,
        deleted: z.boolean().nullish(),
        is_bot: z.boolean().nullish(),
        profile: z.looseObject({ display_name: text }).nullish().catch(undefined),
      })
      .optional()
      .catch(undefined),
  ),
  response_metadata: metadata,
});

/** https://docs.slack.dev/reference/methods/conversations.list */
const WireGroups = z.looseObject({
  channels: z.array(
    z
      .looseObject({ id: z.string().min(1), name: text, is_archived: z.boolean().nullish() })
      .optional()
      .catch(undefined),
  ),
  response_metadata: metadata,
});

interface Page {
  readonly rows: readonly DirectoryRow[];
  readonly next: string;
}
interface List {
  readonly rows: readonly DirectoryRow[];
  readonly whole: boolean;
}

/** The workspace's people and the channels that the app can see; a thousand of each at most. */
export function createSlackDirectory({
  api,
  clock,
}: {
  readonly api: SlackApi;
  readonly clock: Clock;
}): DirectoryCapability {
  const keep = createKeptLists<List>(clock);
  const read = async (kind: DirectoryKind, signal: AbortSignal): Promise<List> => {
    const rows: DirectoryRow[] = [];
    let cursor = '';
    for (let page = 0; page < mostPages; page += 1) {
      const paging = { limit: pageSize, ...(cursor !== '' && { cursor }) };
      const got = await readers[kind](api, paging, signal);
      rows.push(...got.rows);
      cursor = got.next;
      if (cursor === '') break;
    }
    return { rows, whole: cursor === '' };
  };
  return {
    async find({ query, kind, limit }, signal) {
      const { rows, whole } = await keep(kind, () => read(kind, signal));
      return pageOf(rows, { query, limit, whole });
    },
  };
}

type Read = (
  api: SlackApi,
  paging: { readonly limit: number; readonly cursor?: string },
  signal: AbortSignal,
) => Promise<Page>;

const readers: Readonly<Record<DirectoryKind, Read>> = {
  async people(api, paging, signal) {
    const list = WirePeople.parse(await api.call('users.list', paging, signal));
    const rows = list.members
      .filter((one) => one !== undefined)
      // Slackbot says of itself that it is none.
      .filter((one) => one.deleted !== true && one.is_bot !== true && one.id !== 'USLACKBOT')
      .map(({ id, name, real_name: realName, profile }) => ({
        id,
        name: pickName([profile?.display_name, realName, name], id),
        ...(name && { handle: toListedName(name) }),
        kind: 'people' as const,
      }));
    return { rows, next: list.response_metadata?.next_cursor ?? '' };
  },
  async groups(api, paging, signal) {
    const args = { ...paging, types: 'public_channel,private_channel', exclude_archived: true };
    const list = WireGroups.parse(await api.call('conversations.list', args, signal));
    const rows = list.channels
      .filter((one) => one !== undefined)
      .filter((one) => one.is_archived !== true)
      .map(({ id, name }) => ({ id, name: pickName([name], id), kind: 'groups' as const }));
    return { rows, next: list.response_metadata?.next_cursor ?? '' };
  },
};
