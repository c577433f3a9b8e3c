import { CuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { ChannelDeps } from '../channel-definition.ts';
import type { LoginCapability, LoginStep } from '@cuttle/core-types/ports';
import type { BridgeLink } from './bridge-link.ts';

export interface BridgeLogin extends LoginCapability, AsyncDisposable {
  /** A login is under way: the bridge is needed without an account. */
  readonly isActive: boolean;
}

interface Attempt {
  code: { readonly text: string; readonly expiresAt: number } | undefined;
  /** Told of each new code, and of the end. */
  readonly listeners: Set<() => void>;
  /** Undefined while it goes on. */
  outcome: { readonly error?: CuttleError } | undefined;
  readonly stop: AbortController;
  end: Promise<void>;
}

/** Links an account by codes that a person scans. One attempt at a time, whoever watches it. */
export function createBridgeLogin({
  link,
  clock,
}: Pick<ChannelDeps, 'clock'> & { readonly link: BridgeLink }): BridgeLogin {
  let attempt: Attempt | undefined;
  const begin = (): Attempt => {
    const begun: Attempt = {
      code: undefined,
      listeners: new Set(),
      outcome: undefined,
      stop: new AbortController(),
      end: Promise.resolve(),
    };
    begun.end = runAttempt(begun, { link, clock });
    return begun;
  };
  const stop = async (): Promise<void> => {
    attempt?.stop.abort(new CuttleError('channel.unavailable', 'The login was ended.'));
    await attempt?.end;
    attempt = undefined;
  };
  return {
    get isActive() {
      return attempt !== undefined && attempt.outcome === undefined;
    },
    async step(seen, signal) {
      signal.throwIfAborted();
      if (link.account !== undefined) return linked(link);
      // What an earlier one came to was told to whoever waited for it.
      if (attempt?.outcome !== undefined) attempt = undefined;
      attempt ??= begin();
      const current = attempt;
      await untilNews(current, seen, signal);
      if (current.outcome === undefined) return toStep(current);
      if (attempt === current) attempt = undefined;
      if (current.outcome.error !== undefined) throw current.outcome.error;
      return linked(link);
    },
    async logout(signal) {
      await stop();
      await link.askUnconnected({ type: 'logout' }, signal);
      await link.rest();
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Never rejects: what became of it is its outcome. */
async function runAttempt(
  attempt: Attempt,
  { link, clock }: Pick<ChannelDeps, 'clock'> & { readonly link: BridgeLink },
): Promise<void> {
  const stopWatching = link.watch((news) => {
    if (news.type !== 'qr') return;
    attempt.code = { text: news.code, expiresAt: clock.now() + news.expiresInMs };
    tell(attempt);
  });
  try {
    await link.askUnconnected({ type: 'login' }, attempt.stop.signal);
    attempt.outcome = {};
  } catch (error) {
    attempt.outcome = { error: toCuttleError(error) };
  } finally {
    stopWatching();
    if (link.account === undefined) await link.rest();
    tell(attempt);
  }
}

function tell({ listeners }: Attempt): void {
  for (const listener of listeners) listener();
}

function toStep({ code }: Attempt): LoginStep {
  return code === undefined
    ? { state: 'waiting' }
    : { state: 'code', code: code.text, expiresAt: code.expiresAt };
}

function linked({ account }: BridgeLink): LoginStep {
  if (account !== undefined) return { state: 'linked', platformId: account.id, name: account.name };
  throw new CuttleError(
    'channel.unavailable',
    'The account was linked and lost again: try once more.',
  );
}

/** A code other than the one that was seen, or the end. */
function untilNews(attempt: Attempt, seen: string | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      attempt.listeners.delete(look);
      signal.removeEventListener('abort', refuse);
    };
    const look = (): void => {
      const isNew = attempt.code !== undefined && attempt.code.text !== seen;
      if (!isNew && attempt.outcome === undefined) return;
      leave();
      resolve();
    };
    const refuse = (): void => {
      leave();
      reject(signal.reason);
    };
    attempt.listeners.add(look);
    signal.addEventListener('abort', refuse, { once: true });
    look();
  });
}
