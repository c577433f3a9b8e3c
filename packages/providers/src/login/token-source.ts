import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { renewLogin } from './grants.ts';
import { putBook, readBook } from './login-books.ts';
import type { LoginDefinition } from './login-definition.ts';
import type { LoginFiles } from './login-files.ts';
import type { Login } from './login.ts';
import { isDue, presented, secretsOfLogin, type StoredLogin } from './stored-login.ts';
import type { LoginDeps } from './token-endpoint.ts';

/** What a request to the models is sent with. */
export interface ModelToken {
  readonly token: string;
  /** After what these headers say already. */
  readonly headers: Readonly<Record<string, string>>;
  /** In place of the origin of the address, for this account. */
  readonly baseUrl: string | undefined;
}

/**
 * A token that is good now. Contract:
 * - `read` renews it five minutes before its end, under a lock that holds across processes; undefined where nobody logged in;
 * - `renew` does so for one that the service refused, and gives what another process put there meanwhile;
 * - a renewal that has begun is finished and kept, also where the caller leaves; callers share it;
 * - both throw `login.*`, and reject with `signal.reason`.
 */
export interface TokenSource {
  /** The login's id, for `cuttle auth login`. */
  readonly login: string;
  read(signal: AbortSignal): Promise<ModelToken | undefined>;
  renew(refused: string, signal: AbortSignal): Promise<ModelToken | undefined>;
}

interface SourceDeps extends LoginDeps {
  readonly files: LoginFiles;
  readonly onSecrets?: ((secrets: readonly string[]) => void) | undefined;
}

/** A lock that is never let go must not hold up a run for ever. */
const patienceMs = 60_000;

interface Which {
  readonly definition: LoginDefinition;
  readonly current: () => Login;
  readonly profile: string | undefined;
}

export function createTokenSource(deps: SourceDeps, which: Which): TokenSource {
  const { definition } = which;
  const { clock } = deps;
  let pending: Promise<StoredLogin | undefined> | undefined;
  const renewShared = (isOld: (stored: StoredLogin) => boolean): Promise<StoredLogin | undefined> =>
    (pending ??= renewStored(deps, which, isOld).finally(() => {
      pending = undefined;
    }));
  return {
    login: definition.id,
    async read(signal) {
      signal.throwIfAborted();
      const stored = (await findStored(deps, which))?.stored;
      const now = clock.now();
      if (!stored || !isDue(stored, now)) return toToken(definition, stored);
      try {
        const renewed = await unless(
          renewShared((one) => isDue(one, now)),
          signal,
        );
        return toToken(definition, renewed);
      } catch (error) {
        signal.throwIfAborted();
        // It is good for some minutes yet: the service may be back by then.
        const { expiresAt = 0 } = presented(stored);
        if (isCuttleError(error, 'login.unavailable') && expiresAt > now)
          return toToken(definition, stored);
        throw error;
      }
    },
    async renew(refused, signal) {
      signal.throwIfAborted();
      const isRefused = (stored: StoredLogin): boolean => presented(stored).token === refused;
      return toToken(definition, await unless(renewShared(isRefused), signal));
    },
  };
}

function toToken(
  { headers, accountHeader }: LoginDefinition,
  stored: StoredLogin | undefined,
): ModelToken | undefined {
  return (
    stored && {
      token: presented(stored).token,
      headers: {
        ...headers,
        ...(accountHeader !== undefined &&
          stored.accountId !== undefined && { [accountHeader]: stored.accountId }),
      },
      baseUrl: stored.session?.baseUrl,
    }
  );
}

async function findStored(
  { files }: SourceDeps,
  { definition, profile }: Which,
): Promise<{ readonly name: string; readonly stored: StoredLogin } | undefined> {
  const book = await readBook(files, definition.id);
  const name = profile ?? book?.default;
  if (name === undefined || !book || !Object.hasOwn(book.profiles, name)) return undefined;
  const stored = book.profiles[name];
  return stored && { name, stored };
}

/** Under the lock; what is not old any more when the lock is had was renewed by somebody else. */
function renewStored(
  deps: SourceDeps,
  which: Which,
  isOld: (stored: StoredLogin) => boolean,
): Promise<StoredLogin | undefined> {
  const { files, clock } = deps;
  const { id } = which.definition;
  const renew = async (over: AbortSignal): Promise<StoredLogin | undefined> => {
    const found = await findStored(deps, which);
    if (!found || !isOld(found.stored)) return found?.stored;
    const renewed = await renewLogin(found.stored, { ...deps, login: which.current() }, over);
    deps.onSecrets?.(secretsOfLogin(renewed));
    const book = await readBook(files, id);
    if (book)
      await putBook(files, id, { ...book, profiles: { ...book.profiles, [found.name]: renewed } });
    return renewed;
  };
  return withPatience(clock, (over) => files.withLock(id, () => renew(over), over));
}

/** Not ended by a caller who leaves: a refresh token that was spent and not kept is a login lost. */
async function withPatience<Value>(
  clock: LoginDeps['clock'],
  work: (over: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const patience = new AbortController();
  const ended = new AbortController();
  const late = clock.sleep(patienceMs, ended.signal).then(
    () =>
      patience.abort(
        new CuttleError('login.unavailable', 'The login could not be renewed in time.'),
      ),
    () => undefined, // it was done before
  );
  try {
    return await work(patience.signal);
  } finally {
    ended.abort();
    await late;
  }
}

/** The caller may leave; the work goes on. */
async function unless<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const left = Promise.withResolvers<never>();
  const leave = (): void => left.reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, left.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
    work.catch(() => undefined); // heard by those who stayed
  }
}
