import { Principal } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { equalsSecret, hashToken } from '@cuttle/security';
import type { GatewayDeps } from './gateway-deps.ts';
import { createRateLimit } from './rate-limit.ts';

export const cookieName = 'cuttle';
/** A browser stays logged in for thirty days. */
const cookieMs = 30 * 24 * 3_600_000;
const codeMs = 10 * 60_000;

export const ownerPrincipal: Principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };

/** Another program with the hook's token: it may hand in messages, which are trusted as those of a guest. */
const hookPrincipal: Principal = { id: 'hook', kind: 'machine', scopes: ['operator.write'] };

/** Who calls. Every door asks here. */
export interface Authenticator {
  /** Throws `access.unauthenticated`, or `access.locked-out` after many failures of an address. */
  byToken(token: string, address: string): Promise<Principal>;
  /** The token of the hooks alone. Throws like `byToken`, and `request.not-found` where there are no hooks. */
  byHookToken(token: string, address: string): Promise<Principal>;
  /** A hook with a proof of its own, which is asked unless the address is locked out. Throws like `byToken`. */
  byHookProof(prove: () => Promise<boolean>, address: string): Promise<Principal>;
  /** The principal of a login cookie; undefined where it is unknown or expired. */
  byCookie(value: string): Promise<Principal | undefined>;
  /** Trades a single-use code for a cookie's value. Throws like `byToken`. */
  tradeCode(
    code: string,
    address: string,
  ): Promise<{ readonly cookie: string; readonly maxAgeSeconds: number }>;
  /** A new code that opens the page once within ten minutes. */
  makeCode(principal: Principal): Promise<{ readonly code: string; readonly expiresAt: number }>;
  endCookie(value: string): Promise<void>;
}

export function createAuthenticator(
  deps: Pick<GatewayDeps, 'store' | 'clock' | 'newSecret' | 'settings'>,
): Authenticator {
  const { store, clock, newSecret, settings } = deps;
  const guesses = createGuessLock();
  return {
    async byToken(token, address) {
      await guesses.check(address);
      if (token !== '' && equalsSecret(token, settings().token)) return ownerPrincipal;
      const stored =
        token === ''
          ? undefined
          : await store.reader.findToken({ hash: await hashToken(token), kind: 'api' });
      if (stored && (stored.expiresAt ?? Infinity) > clock.now())
        return Principal.parse(stored.principal);
      return guesses.fail(address);
    },
    byHookToken: createHookLogin(settings, guesses),
    async byHookProof(prove, address) {
      await guesses.check(address);
      return (await prove()) ? hookPrincipal : guesses.fail(address);
    },
    async byCookie(value) {
      const stored = await store.reader.findToken({ hash: await hashToken(value), kind: 'cookie' });
      return stored && (stored.expiresAt ?? Infinity) > clock.now()
        ? Principal.parse(stored.principal)
        : undefined;
    },
    async tradeCode(code, address) {
      await guesses.check(address);
      const used = await store.journal.useToken({ hash: await hashToken(code), kind: 'code' });
      if (!used || (used.expiresAt ?? 0) <= clock.now()) return guesses.fail(address);
      const cookie = newSecret();
      const expiresAt = clock.now() + cookieMs;
      await store.journal.putToken({
        hash: await hashToken(cookie),
        kind: 'cookie',
        name: 'browser',
        principal: used.principal,
        expiresAt,
      });
      return { cookie, maxAgeSeconds: cookieMs / 1000 };
    },
    async makeCode(principal) {
      const code = newSecret();
      const expiresAt = clock.now() + codeMs;
      await store.journal.putToken({
        hash: await hashToken(code),
        kind: 'code',
        name: 'page',
        principal,
        expiresAt,
      });
      return { code, expiresAt };
    },
    async endCookie(value) {
      await store.journal.removeToken({ hash: await hashToken(value) });
    },
  };
}

function createHookLogin(
  settings: GatewayDeps['settings'],
  guesses: GuessLock,
): Authenticator['byHookToken'] {
  return async (token, address) => {
    const { hooks } = settings();
    if (hooks.token === undefined)
      throw new CuttleError('request.not-found', 'There are no hooks here.');
    await guesses.check(address);
    if (token !== '' && equalsSecret(token, hooks.token)) return hookPrincipal;
    return guesses.fail(address);
  };
}

/** Ends guessing: many wrong tokens of one address lock it out for minutes. */
interface GuessLock {
  /** Throws `access.locked-out`. */
  check(address: string): Promise<void>;
  /** Counts a wrong one. Throws `access.unauthenticated` or `access.locked-out`. */
  fail(address: string): Promise<never>;
}

function createGuessLock(): GuessLock {
  const failures = createRateLimit({ points: 20, seconds: 300 });
  const lockedOut = (retryAfterMs: number): CuttleError =>
    new CuttleError('access.locked-out', 'Too many wrong tokens from this address.', {
      retryAfterMs,
    });
  return {
    async check(address) {
      // On this machine a right token always counts, or any program on it could shut the owner out.
      const waitMs = isLoopback(address) ? undefined : await failures.waitMs(address);
      if (waitMs !== undefined) throw lockedOut(waitMs);
    },
    async fail(address) {
      const waitMs = await failures.take(address);
      if (waitMs !== undefined) throw lockedOut(waitMs);
      throw new CuttleError('access.unauthenticated', 'The token is missing or wrong.');
    },
  };
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
