import { CuttleError } from '@cuttle/core-types/errors';
import type { DirectoryKind, DirectoryPage, DirectoryQuestion } from '@cuttle/core-types/ports';
import type { ChannelPlace } from './channel-logins.ts';
import type { ChannelSettings, ChannelSupervisor } from './channel-supervisor.ts';
import type { Kernel } from './kernel.ts';

export interface Directory extends DirectoryPage {
  /** `platform`: its own list. `seen`: it gives none; these wrote to us, or are groups we were written to in. */
  readonly source: 'platform' | 'seen';
}

/**
 * People, then groups, whom an account knows; only one kind where one is asked for. Throws `channel.not-found` for an account that is not
 * configured, `channel.unavailable` before its first connection, and what `DirectoryCapability` throws.
 */
export type FindInDirectory = (
  question: ChannelPlace &
    Omit<DirectoryQuestion, 'kind'> & { readonly kind?: DirectoryKind | undefined },
  signal: AbortSignal,
) => Promise<Directory>;

interface Found {
  readonly settings: ChannelSettings;
  readonly supervisor: ChannelSupervisor;
}

export function createChannelDirectory(
  { store }: Pick<Kernel, 'store'>,
  find: (place: ChannelPlace) => Found | undefined,
): FindInDirectory {
  return async ({ channel, name, query, kind, limit }, signal) => {
    const found = find({ channel, name });
    if (!found)
      throw new CuttleError('channel.not-found', `No account ${channel}/${name} is configured.`);
    const { directory } = found.settings.channel;
    const pages: DirectoryPage[] = [];
    for (const one of kind ? [kind] : (['people', 'groups'] as const)) {
      signal.throwIfAborted();
      const left = limit - pages.reduce((sum, { rows }) => sum + rows.length, 0);
      const question = { query, kind: one, limit: left };
      if (left === 0) pages.push({ rows: [], more: true });
      else if (directory) pages.push(await directory.find(question, signal));
      else {
        const accountId = accountOf(found);
        pages.push(await store.reader.findSeen({ channel, accountId, ...question }));
      }
    }
    return {
      rows: pages.flatMap(({ rows }) => rows),
      more: pages.some(({ more }) => more),
      source: directory ? 'platform' : 'seen',
    };
  };
}

function accountOf({ settings, supervisor }: Found): string {
  const account = supervisor.account();
  if (account) return account.accountId;
  throw new CuttleError(
    'channel.unavailable',
    `${settings.channel.id}/${settings.name} was not connected yet.`,
    { hint: '`cuttle channels status` says why.' },
  );
}
