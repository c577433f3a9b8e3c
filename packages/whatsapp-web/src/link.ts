import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BridgeEvent } from '@cuttle/core-types/bridge';
import type { ConnectionState, proto } from 'baileys';
import { type Self, userOf } from './address.ts';
import { type AuthFolder, openAuthFolder } from './auth-state.ts';
import { Failure } from './failure.ts';
import type { Connection, Library, Listener } from './library.ts';

/** The link of the account with WhatsApp: there, connected, shown to be scanned, or not there. */
export interface Link {
  readonly connection: Connection | undefined;
  readonly self: Self | undefined;
  /** Resolves when the linked account is connected. Throws `unlinked` or `unavailable`. */
  connect(): Promise<void>;
  /** Says codes until one is scanned; resolves when the account is connected. */
  login(): Promise<void>;
  logout(): Promise<void>;
  /** Resolves when all that was to be kept is. */
  end(): Promise<void>;
}

export interface LinkDeps {
  readonly library: Library;
  readonly folder: string;
  readonly say: (event: BridgeEvent) => void;
  readonly listener: Pick<Listener, 'onMessages' | 'onAcknowledged' | 'onReceipt'>;
  readonly findSent: (id: string) => proto.IMessage | undefined;
  /** Something went wrong that nobody waits for. */
  readonly warn: (words: string) => void;
}

// https://github.com/WhiskeySockets/Baileys/blob/v7.0.0-rc14/src/Types/index.ts
const loggedOut = 401;
const restartRequired = 515;
/** How long a code holds: the first, and those after it. */
const codeMs = { first: 60_000, later: 20_000 } as const;

interface State {
  auth: AuthFolder | undefined;
  connection: Connection | undefined;
  self: Self | undefined;
  /** Whoever waits until the account is connected. */
  opening: PromiseWithResolvers<void> | undefined;
  isLoggingIn: boolean;
  /** A link that was ended is being removed. */
  forgetting: Promise<void>;
}

// oxlint-disable-next-line max-lines-per-function -- one link's state and the few calls over it read best together
export function createLink(deps: LinkDeps): Link {
  const { library, say } = deps;
  const folder = join(deps.folder, 'session');
  const state: State = {
    auth: undefined,
    connection: undefined,
    self: undefined,
    opening: undefined,
    isLoggingIn: false,
    forgetting: Promise.resolve(),
  };
  const readAuth = async (): Promise<AuthFolder> => {
    await state.forgetting;
    const { auth } = state;
    if (auth !== undefined) return auth;
    const read = await openAuthFolder(folder, library);
    return (state.auth ??= read);
  };
  const forget = async (): Promise<void> => {
    const { auth } = state;
    state.auth = undefined;
    await auth?.idle();
    await rm(folder, { recursive: true, force: true });
  };
  const begin = (auth: AuthFolder): void => {
    let codes = 0;
    const own = library.connect(auth.state, {
      ...deps.listener,
      findSent: deps.findSent,
      onCreds: () =>
        void auth.saveCreds().catch((error: unknown) => deps.warn(`Not saved: ${String(error)}`)),
      onState(news) {
        if (state.connection !== own) return;
        if (news.qr !== undefined && state.isLoggingIn) {
          codes += 1;
          const expiresInMs = codes === 1 ? codeMs.first : codeMs.later;
          say({ type: 'qr', code: news.qr, expiresInMs });
        }
        if (news.connection === 'open') opened(own);
        if (news.connection === 'close') closed(auth, news);
      },
    });
    state.connection = own;
  };
  const opened = (own: Connection): void => {
    const { id, lid, name = '' } = own.self ?? { id: '' };
    const self = { id: userOf(id) ?? id, lid: userOf(lid) };
    state.self = self;
    state.isLoggingIn = false;
    say({ type: 'connected', account: { id: self.id, name } });
    state.opening?.resolve();
    state.opening = undefined;
  };
  const closed = (auth: AuthFolder, { lastDisconnect }: Partial<ConnectionState>): void => {
    const { error: why } = lastDisconnect ?? {};
    const status = statusOf(why);
    const reason = why?.message ?? 'The connection ended.';
    // After a code was scanned the device connects once more, now as itself.
    if (status === restartRequired) return begin(auth);
    const wasOpen = state.self !== undefined;
    state.connection = undefined;
    state.self = undefined;
    state.isLoggingIn = false;
    const isUnlinked = status === loggedOut;
    if (isUnlinked)
      state.forgetting = forget().catch((error: unknown) =>
        deps.warn(`Not removed: ${String(error)}`),
      );
    const words = `${reason} (${status ?? 'no status'})`;
    state.opening?.reject(
      isUnlinked
        ? new Failure('unlinked', `WhatsApp ended the link: ${reason}`, false)
        : new Failure('unavailable', words, false),
    );
    state.opening = undefined;
    if (isUnlinked) say({ type: 'logged-out', reason });
    else if (wasOpen) say({ type: 'closed', reason: words });
  };
  const open = async (auth: AuthFolder): Promise<void> => {
    if (state.self !== undefined) return;
    state.opening ??= Promise.withResolvers<void>();
    const { promise } = state.opening;
    if (state.connection === undefined) begin(auth);
    await promise;
    // A link that is told of is kept.
    await auth.idle();
  };
  return {
    get connection() {
      return state.self === undefined ? undefined : state.connection;
    },
    get self() {
      return state.self;
    },
    async connect() {
      const auth = await readAuth();
      if (!auth.isLinked) throw new Failure('unlinked', 'No account is linked.', false);
      await open(auth);
    },
    async login() {
      const auth = await readAuth();
      if (!auth.isLinked && state.self === undefined) state.isLoggingIn = true;
      await open(auth);
    },
    async logout() {
      const { connection } = state;
      state.connection = undefined;
      state.self = undefined;
      // Where WhatsApp cannot be told, the device stays in the phone's list until it is removed there.
      await connection?.logOut().catch((error: unknown) => deps.warn(`Not told: ${String(error)}`));
      await forget();
      say({ type: 'logged-out', reason: 'It was asked for here.' });
    },
    async end() {
      const { connection, auth } = state;
      state.connection = undefined;
      connection?.end();
      await Promise.all([auth?.idle(), state.forgetting]);
    },
  };
}

/** The status that Baileys gives an error along, by https://hapi.dev/module/boom. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('output' in error)) return undefined;
  const { output } = error;
  if (typeof output !== 'object' || output === null || !('statusCode' in output)) return undefined;
  return typeof output.statusCode === 'number' ? output.statusCode : undefined;
}
