import { CuttleError } from '@cuttle/core-types/errors';
import type { DirectoryKind, DirectoryPage, DirectoryQuestion } from '@cuttle/core-types/ports';
import type { ChannelPlace } from './channel-logins.ts';
import type { ChannelSettings, ChannelSupervisor } from './channel-supervisor.ts';
import type { Kernel } from './kernel.ts';

export interface Directory extends DirectoryPage {
  /** `platform`: its own lists. `seen`: of one kind at least it gave none; these wrote to us, or are groups we were written to in. */
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

/** The same, of one kind, for the account that a run under way answers through. Throws `run.not-found`, too. */
export type FindForRun = (
  runId: string,
  question: DirectoryQuestion,
  signal: AbortSignal,
) => Promise<Directory>;

export interface ChannelDirectory {
  readonly find: FindInDirectory;
  readonly findForRun: FindForRun;
}

interface Found {
  readonly settings: ChannelSettings;
  readonly supervisor: ChannelSupervisor;
}

export function createChannelDirectory(
  kernel: Pick<Kernel, 'store' | 'active' | 'accounts'>,
  findAccount: (place: ChannelPlace) => Found | undefined,
): ChannelDirectory {
  const find = createFind(kernel, findAccount);
  return {
    find,
    async findForRun(runId, question, signal) {
      const run = kernel.active.findRun(runId);
      if (!run) throw new CuttleError('run.not-found', 'This run has ended.');
      const { route } = run;
      const account = route.kind === 'push' ? kernel.accounts.get(route.accountId) : undefined;
      if (!account)
        throw new CuttleError('channel.unavailable', 'The messenger of this run is not connected.');
      return find({ channel: account.channel.id, name: account.name, ...question }, signal);
    },
  };
}

function createFind(
  { store }: Pick<Kernel, 'store'>,
  findAccount: (place: ChannelPlace) => Found | undefined,
): FindInDirectory {
  return async ({ channel, name, query, kind, limit }, signal) => {
    const found = findAccount({ channel, name });
    if (!found)
      throw new CuttleError('channel.not-found', `No account ${channel}/${name} is configured.`);
    const { directory } = found.settings.channel;
    const pages: DirectoryPage[] = [];
    let source: Directory['source'] = directory ? 'platform' : 'seen';
    for (const one of kind ? [kind] : (['people', 'groups'] as const)) {
      signal.throwIfAborted();
      const left = limit - pages.reduce((sum, { rows }) => sum + rows.length, 0);
      const question = { query, kind: one, limit: left };
      const listed = left === 0 ? noRoom : await directory?.find(question, signal);
      if (!listed) source = 'seen';
      pages.push(
        listed ??
          (await store.reader.findSeen({ channel, accountId: accountOf(found), ...question })),
      );
    }
    return {
      rows: pages.flatMap(({ rows }) => rows),
      more: pages.some(({ more }) => more),
      source,
    };
  };
}

const noRoom: DirectoryPage = { rows: [], more: true };

function accountOf({ settings, supervisor }: Found): string {
  const account = supervisor.account();
  if (account) return account.accountId;
  throw new CuttleError(
    'channel.unavailable',
    `${settings.channel.id}/${settings.name} was not connected yet.`,
    { hint: '`cuttle channels status` says why.' },
  );
}
