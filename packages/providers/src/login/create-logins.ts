import { isCuttleError } from '@cuttle/core-types/errors';
import { putBook, readBook, requireName } from './login-books.ts';
import type { LoginFiles } from './login-files.ts';
import { type Login, readDefinition, toLogin } from './login.ts';
import { loginDefinitions } from './login-definitions.ts';
import { type LoginBook, presented, secretsOfLogin, type StoredLogin } from './stored-login.ts';
import type { LoginDeps } from './token-endpoint.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';

/** A saved login as it may be shown: no token. */
export interface SavedLogin {
  readonly login: string;
  readonly profile: string;
  readonly isDefault: boolean;
  readonly account: string | undefined;
  readonly accountId: string | undefined;
  /** `renewable`: it goes on by itself. `lasting`: until it is revoked. */
  readonly state: 'renewable' | 'lasting' | 'ends' | 'over';
  readonly expiresAt: number | undefined;
  readonly savedAt: number;
}

/** The saved logins of this home. Every method that changes them does so under the lock of the login. */
export interface Logins {
  /** Sorted as the definitions are, the default profile first. What cannot be read is left out. */
  list(): Promise<readonly SavedLogin[]>;
  /** Every text that must never be shown. */
  secrets(): Promise<readonly string[]>;
  /** Keeps a login; the first of its service becomes the default one, and `as: 'default'` makes it so. */
  save(
    saved: {
      readonly login: string;
      readonly profile: string;
      readonly stored: StoredLogin;
      readonly as?: 'default' | 'another';
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** Without a profile all of that login. Resolves with the names of those that were there. */
  remove(
    login: string,
    profile: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /** Throws `login.unknown` for an id that is none. */
  tokenSource(which: {
    readonly login: string;
    readonly profile?: string | undefined;
  }): TokenSource;
}

export interface LoginsDeps extends LoginDeps {
  readonly files: LoginFiles;
  /** The settings of a login, as they are now: `logins.<id>` of the configuration. */
  readonly settings: (id: string) => unknown;
  /** Hears every token that is new, so that it is never shown. */
  readonly onSecrets?: (secrets: readonly string[]) => void;
}

export function createLogins(deps: LoginsDeps): Logins {
  const { files, clock } = deps;
  const books = async (): Promise<readonly (readonly [string, LoginBook])[]> => {
    const names = new Set(await files.list());
    const known = loginDefinitions.filter(({ id }) => names.has(id));
    const read = known.map(async ({ id }) => [id, await readOrNothing(files, id)] as const);
    return (await Promise.all(read)).flatMap(([id, book]) => (book ? [[id, book] as const] : []));
  };
  return {
    async list() {
      return (await books()).flatMap(([login, book]) =>
        Object.entries(book.profiles)
          .map(([profile, stored]) => toSaved({ login, profile, stored, book, now: clock.now() }))
          .toSorted((one, other) => Number(other.isDefault) - Number(one.isDefault)),
      );
    },
    async secrets() {
      const all = (await books()).flatMap(([, { profiles }]) => Object.values(profiles));
      return all.flatMap(secretsOfLogin);
    },
    save: ({ login, profile, stored, as = 'another' }, signal) =>
      files.withLock(
        readDefinition(login).id,
        async () => {
          const book = await readBook(files, login);
          const isDefault = as === 'default' || book === undefined;
          deps.onSecrets?.(secretsOfLogin(stored));
          await putBook(files, login, {
            version: 1,
            default: isDefault ? profile : book.default,
            profiles: { ...book?.profiles, [requireName(profile)]: stored },
          });
        },
        signal,
      ),
    remove: (login, profile, signal) =>
      files.withLock(
        readDefinition(login).id,
        () => removeProfiles(files, { login, profile }),
        signal,
      ),
    tokenSource: ({ login, profile }) => {
      const definition = readDefinition(login);
      // Settings are read with each use: they may be set after the start.
      const current = (): Login => toLogin(definition, deps.settings(login));
      return createTokenSource(deps, { definition, current, profile });
    },
  };
}

async function removeProfiles(
  files: LoginFiles,
  { login, profile }: { readonly login: string; readonly profile: string | undefined },
): Promise<readonly string[]> {
  const { profiles = {}, default: first = '' } = (await readOrNothing(files, login)) ?? {};
  const gone = Object.keys(profiles).filter((name) => profile === undefined || name === profile);
  const left = Object.entries(profiles).filter(([name]) => !gone.includes(name));
  const [other] = left;
  if (other) {
    const next = gone.includes(first) ? other[0] : first;
    await putBook(files, login, { version: 1, default: next, profiles: Object.fromEntries(left) });
  } else await files.remove(login);
  return gone;
}

/** A damaged file has nothing to show, and must not keep the others from being shown. */
async function readOrNothing(files: LoginFiles, login: string): Promise<LoginBook | undefined> {
  try {
    return await readBook(files, login);
  } catch (error) {
    if (isCuttleError(error, 'login.unreadable')) return undefined;
    throw error;
  }
}

function toSaved({
  login,
  profile,
  stored,
  book,
  now,
}: {
  readonly login: string;
  readonly profile: string;
  readonly stored: StoredLogin;
  readonly book: LoginBook;
  readonly now: number;
}): SavedLogin {
  const { expiresAt } = presented(stored);
  const { refreshToken, session, account, accountId, savedAt } = stored;
  const renews =
    refreshToken !== undefined || (session !== undefined && stored.expiresAt === undefined);
  const end = expiresAt !== undefined && expiresAt <= now ? 'over' : 'ends';
  return {
    login,
    profile,
    isDefault: profile === book.default,
    account,
    accountId,
    state: expiresAt === undefined ? 'lasting' : renews ? 'renewable' : end,
    expiresAt,
    savedAt,
  };
}
