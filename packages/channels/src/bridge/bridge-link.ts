import type { BridgeAccount } from '@cuttle/core-types/bridge';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { ChannelDeps } from '../channel-definition.ts';
import {
  type BridgeLife,
  type BridgeNews,
  type BridgeRequest,
  createBridgeLife,
} from './bridge-life.ts';
import type { BridgeProgram } from './bridge-host.ts';

export type MessageNews = Extract<BridgeNews, { readonly type: 'message' }>;

export interface Listener {
  /** From now on messages come. */
  readonly onBegun: () => void;
  readonly onMessage: (news: MessageNews) => void;
}

/** The bridge of one account: its program is started when it is needed, and again when it ended. */
export interface BridgeLink extends AsyncDisposable {
  readonly account: BridgeAccount | undefined;
  /** Resolves when the linked account is connected. Throws `channel.*`; `channel.auth` where none is linked. */
  connect(signal: AbortSignal): Promise<BridgeAccount>;
  /** What needs a connection, made where it lacks. */
  ask(request: BridgeRequest, signal: AbortSignal): Promise<void>;
  /** What needs none. */
  askUnconnected(request: BridgeRequest, signal: AbortSignal): Promise<void>;
  /** Hands messages over until the connection ends: rejects with why. */
  listen(listener: Listener, signal: AbortSignal): Promise<never>;
  taken(event: string): void;
  /** Codes to scan, and the connection; ends by what it returns. */
  watch(onNews: (news: BridgeNews) => void): () => void;
  /** Ends the program: the next that is asked starts another. */
  rest(): Promise<void>;
}

export interface LinkDeps extends Pick<ChannelDeps, 'clock' | 'log'> {
  readonly platform: string;
  /** Throws `channel.unavailable` where there is no program. */
  readonly start: () => Promise<BridgeProgram>;
  /** What a person does to link an account. */
  readonly loginHint: string;
}

interface State {
  life: Promise<BridgeLife> | undefined;
  account: BridgeAccount | undefined;
  readonly watchers: Set<(news: BridgeNews) => void>;
  /** The end of the life before: two programs never share a folder. */
  closing: Promise<void>;
}

// oxlint-disable-next-line max-lines-per-function -- the state of one link and the few calls over it read best together
export function createBridgeLink(deps: LinkDeps): BridgeLink {
  const state: State = {
    life: undefined,
    account: undefined,
    watchers: new Set(),
    closing: Promise.resolve(),
  };
  const askUnconnected: BridgeLink['askUnconnected'] = async (request, signal) => {
    signal.throwIfAborted();
    const life = await openLife(deps, state);
    await life.ask(request, signal).catch((error: unknown) => {
      throw isCuttleError(error, 'channel.auth') ? withHint(error, deps.loginHint) : error;
    });
  };
  const connect: BridgeLink['connect'] = async (signal) => {
    signal.throwIfAborted();
    const known = state.account;
    if (known !== undefined) return known;
    await askUnconnected({ type: 'connect' }, signal);
    // The event of the connection comes before the answer.
    const { account } = state;
    if (account !== undefined) return account;
    throw new CuttleError('channel.unavailable', `${deps.platform} ended the connection at once.`, {
      details: { reached: false },
    });
  };
  const watch: BridgeLink['watch'] = (onNews) => {
    state.watchers.add(onNews);
    return () => void state.watchers.delete(onNews);
  };
  const rest = async (): Promise<void> => {
    const { life } = state;
    state.life = undefined;
    state.account = undefined;
    if (life === undefined) return state.closing;
    for (const watcher of state.watchers) watcher({ type: 'closed', reason: 'it was ended here' });
    state.closing = life.then(
      (one) => one.close(),
      () => {}, // it never began
    );
    return state.closing;
  };
  return {
    get account() {
      return state.account;
    },
    connect,
    askUnconnected,
    watch,
    rest,
    async ask(request, signal) {
      await connect(signal);
      await askUnconnected(request, signal);
    },
    async listen({ onBegun, onMessage }, signal) {
      await connect(signal);
      const closed = Promise.withResolvers<never>();
      // Whoever listens hears of it, after the answer to `listen`.
      closed.promise.catch(() => {});
      const abort = (): void => closed.reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      const stopWatching = watch((news) => {
        if (news.type === 'message') onMessage(news);
        if (news.type === 'closed' || news.type === 'logged-out') closed.reject(toEnd(deps, news));
      });
      try {
        await askUnconnected({ type: 'listen' }, signal);
        onBegun();
        return await closed.promise;
      } finally {
        stopWatching();
        signal.removeEventListener('abort', abort);
      }
    },
    taken: (event) => void state.life?.then((life) => life.taken(event)).catch(() => {}), // it is given again
    [Symbol.asyncDispose]: rest,
  };
}

async function openLife(deps: LinkDeps, state: State): Promise<BridgeLife> {
  state.life ??= beginLife(deps, state);
  return state.life;
}

function beginLife(deps: LinkDeps, state: State): Promise<BridgeLife> {
  const isNow = (): boolean => state.life === own;
  const tell = (news: BridgeNews): void => {
    if (!isNow()) return;
    if (news.type === 'connected') state.account = news.account;
    if (news.type === 'closed' || news.type === 'logged-out') state.account = undefined;
    if (news.type === 'receipt')
      deps.log.debug('A message came further.', { messageId: news.messageId, state: news.state });
    for (const watcher of state.watchers) watcher(news);
  };
  const follow = async ({ ended }: BridgeLife): Promise<void> => {
    tell({ type: 'closed', reason: await ended });
    if (isNow()) state.life = undefined;
  };
  const begin = async (): Promise<BridgeLife> => {
    await state.closing;
    const life = createBridgeLife(await deps.start(), { ...deps, onNews: tell });
    void follow(life);
    return life;
  };
  const own: Promise<BridgeLife> = begin();
  own.catch(() => {
    if (isNow()) state.life = undefined;
  });
  return own;
}

function withHint(error: CuttleError, hint: string): CuttleError {
  return new CuttleError('channel.auth', error.message, { hint, cause: error });
}

function toEnd(
  { platform, loginHint }: LinkDeps,
  { type, reason }: Extract<BridgeNews, { readonly type: 'closed' | 'logged-out' }>,
): CuttleError {
  const words = reason.slice(0, 300);
  return type === 'logged-out'
    ? new CuttleError('channel.auth', `${platform} ended the link: ${words}`, { hint: loginHint })
    : new CuttleError('channel.unavailable', `The connection to ${platform} ended: ${words}`);
}
