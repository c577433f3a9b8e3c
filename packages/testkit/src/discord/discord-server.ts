import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChanges } from '../signals.ts';
import { type Exchange, send, sendHalf, strike } from '../exchange.ts';
import { answerCall, type CallDeps, struckBy } from './answer-call.ts';
import { encodeMessage, encodeUser } from './encode.ts';
import { createFaults, type FaultHandle } from '../faults.ts';
import { type Fault, isMeant } from './faults.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { createLedger, type LedgerEntry } from './ledger.ts';
import { createRateLimiter, discordLimits, type DiscordLimits } from './limits.ts';
import { createPeople, type People } from './people.ts';
import { createPublisher } from './publish.ts';
import type { InteractionState, RouteContext } from './route.ts';
import { createSessions, type GatewaySession, type SessionState } from './sessions.ts';
import { intents, type WireDispatch, type WireMessage, type WireUser } from './wire.ts';
import { type AttachmentState, type Barrier, createWorld, type UserState } from './world.ts';

export interface DiscordServerOptions {
  readonly token?: string;
  readonly username?: string;
  /** Port to listen on; a free one without it. */
  readonly port?: number;
  /** Counted limits; off without them, `true` for those bots observe. */
  readonly limits?: boolean | Partial<DiscordLimits>;
  readonly heartbeatIntervalMs?: number;
  /** For how long a nonce is remembered; five minutes without it. */
  readonly nonceWindowMs?: number;
  /** Privileged intents that are switched on in the portal; the message content without it. */
  readonly privilegedIntents?: readonly ('members' | 'presences' | 'content')[];
  /** Unix ms; the machine's clock without it. */
  readonly now?: () => number;
}

/** Discord's REST API, gateway and CDN on the loopback interface, with the people and guilds behind them. */
export interface DiscordServer extends AsyncDisposable, People {
  /** The `api` address of a client; version 10 follows it. */
  readonly restUrl: string;
  readonly gatewayUrl: string;
  readonly token: string;
  readonly bot: WireUser;
  /** Every call of the bot's REST API, in order of arrival. */
  readonly ledger: readonly LedgerEntry[];
  readonly gateway: Gateway;
  /** Every session that was ever begun, the last one last. */
  readonly sessions: readonly GatewaySession[];
  readonly interactions: ReadonlyMap<string, InteractionState>;
  /** Commands of the whole application. */
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  calls(method: string, route: string): readonly LedgerEntry[];
  /** What a person sees in the channel now, in order, after edits and deletes. */
  visible(channelId: string): readonly WireMessage[];
  /** Like `visible`, only what the bot wrote. */
  visibleFromBot(channelId: string): readonly WireMessage[];
  /** The files in what the bot wrote, in order. */
  filesFromBot(channelId: string): readonly (AttachmentState & { readonly messageId: string })[];
  /** How often the bot showed that it writes. */
  typing(channelId: string): number;
  /** Tells the current session the same once more, under a new number. */
  sendDuplicate(dispatch: WireDispatch): WireDispatch;
  /** Tells the current session anything, for shapes that nobody makes here. */
  push(t: string, d: WireDispatch['d']): WireDispatch | undefined;
  fail(fault: Fault): FaultHandle;
  /** Why the bot cannot read or write there, or `undefined` to let it again. */
  block(channelId: string, barrier: Barrier | undefined): void;
  archive(threadId: string): void;
  /** Switches privileged intents on or off, as in the portal. */
  grantIntents(granted: NonNullable<DiscordServerOptions['privilegedIntents']>): void;
  revokeToken(): void;
  /** The files that people sent so far are no more. */
  forgetFiles(): void;
  /** Cuts every open connection once. */
  dropConnections(): void;
  /** The sessions can no longer be resumed; what connections there are go on. */
  expireSessions(): void;
  /** Resolves with the first truthy answer, asked now and after each change; it neither polls nor sleeps. */
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

/** Opens the server; dispose it to free the port. https://discord.com/developers/docs/reference */
export async function openDiscordServer(
  options: DiscordServerOptions = {},
): Promise<DiscordServer> {
  const parts = createParts(options);
  const http = createServer((request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  http.on('upgrade', (request, socket, head) => parts.gateway.accept(request, socket, head));
  http.keepAliveTimeout = 60_000;
  await listen(http, options.port ?? 0);
  // An address is a string only for pipes.
  parts.place.port = (http.address() as AddressInfo).port;
  return toServer(parts, http);
}

type Parts = ReturnType<typeof createParts>;

function createParts(options: DiscordServerOptions) {
  const now = options.now ?? (() => Date.now());
  const token = options.token ?? 'MTIzNDU2Nzg5.local.Discord-server-of-the-testkit';
  const place = { port: 0 };
  const changes = createChanges();
  const ledger = createLedger({ now, changes });
  const world = createWorld({ bot: createBot(options), now });
  const sessions = createSessions({ changes });
  const access: { token: string | undefined; granted: number } = {
    token,
    granted: grantOf(options.privilegedIntents),
  };
  const origin = (): string => `127.0.0.1:${place.port}`;
  const cdnUrl = (): string => `http://${origin()}`;
  const gatewayUrl = (): string => `ws://${origin()}`;
  const publish = createPublisher({ world, sessions, cdnUrl });
  const context: RouteContext = {
    world,
    publish,
    interactions: new Map(),
    cdnUrl,
    gatewayUrl,
    nonces: new Map(),
    nonceWindowMs: options.nonceWindowMs ?? 5 * 60_000,
  };
  const faults = createFaults(isMeant);
  const forgotten = new Set<string>();
  const callDeps: CallDeps = {
    context,
    ledger,
    faults,
    limiter: limiterOf(options.limits, now),
    token: () => access.token,
  };
  const gateway = createGateway({
    world,
    sessions,
    changes,
    token: () => access.token,
    granted: () => access.granted,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    resumeUrl: gatewayUrl,
  });
  const people = createPeople(context);
  return {
    place,
    token,
    changes,
    ledger,
    world,
    sessions,
    access,
    context,
    faults,
    forgotten,
    callDeps,
    gateway,
    people,
  };
}

function createBot({ username = 'cuttle-test' }: DiscordServerOptions): UserState {
  return { id: '1000000000000000001', username, globalName: undefined, bot: true };
}

function grantOf(granted: DiscordServerOptions['privilegedIntents'] = ['content']): number {
  const bits = {
    members: intents.guildMembers,
    presences: intents.guildPresences,
    content: intents.messageContent,
  };
  return granted.reduce((all, one) => all | bits[one], 0);
}

function limiterOf(limits: DiscordServerOptions['limits'], now: () => number): CallDeps['limiter'] {
  if (limits === undefined || limits === false) return undefined;
  return createRateLimiter({ ...discordLimits, ...(limits === true ? {} : limits) }, now);
}

async function serve(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname.startsWith('/attachments/'))
    return sendFile(parts, { request, response }, url.pathname);
  await answerCall(parts.callDeps, { request, response, url });
}

function findFile(
  world: Parts['world'],
  forgotten: ReadonlySet<string>,
  path: string,
): AttachmentState | undefined {
  const [, , channelId = '', fileId = ''] = path.split('/');
  const messages = [...(world.channels.get(channelId)?.messages.values() ?? [])];
  const files = messages.flatMap(({ attachments }) => attachments);
  return files.find(({ id }) => id === fileId && !forgotten.has(id));
}

/** Files need no token: their addresses are secret. In the ledger their route is `file`. */
async function sendFile(
  { world, ledger, faults, forgotten }: Parts,
  exchange: Exchange,
  path: string,
): Promise<void> {
  const { response } = exchange;
  const call = { method: 'GET', route: 'file', path, query: {}, body: null };
  const line = ledger.open(call);
  if (await strike(exchange, { ...struckBy(line), act: faults.take(call, 'before') })) return;
  const file = findFile(world, forgotten, path);
  const answer = file
    ? { status: 200, contentType: file.contentType, body: file.bytes }
    : { status: 404, contentType: 'text/plain', body: 'This content is no longer available.' };
  if (file && faults.take(call, 'after') === 'cut') {
    sendHalf(response, answer);
    line.update({ state: 'cut' });
    return;
  }
  send(response, answer);
  line.update({ status: answer.status, state: 'answered', processed: file !== undefined });
}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', () => {
      http.off('error', reject);
      resolve();
    });
  });
}

function toServer(parts: Parts, http: Server): DiscordServer {
  const { world, ledger, gateway, sessions, changes, context } = parts;
  return {
    restUrl: `${context.cdnUrl()}/api`,
    gatewayUrl: context.gatewayUrl(),
    token: parts.token,
    bot: encodeUser(world.bot),
    ledger: ledger.entries,
    gateway,
    sessions: sessions.all,
    interactions: context.interactions,
    get commands() {
      // They were checked when they came in.
      return (world.commands.get('global') ?? []) as never;
    },
    ...parts.people,
    ...createViews(parts),
    ...createTroubles(parts, http),
    waitFor: (predicate, signal) => changes.waitFor(predicate, signal),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** What a test looks at, beside the ledger. */
function createViews({
  world,
  ledger,
  context,
}: Parts): Pick<DiscordServer, 'calls' | 'visible' | 'visibleFromBot' | 'filesFromBot' | 'typing'> {
  const visible = (channelId: string): WireMessage[] =>
    [...(world.channels.get(channelId)?.messages.values() ?? [])]
      .filter(({ deleted }) => !deleted)
      .map((message) => encodeMessage(world, message, context.cdnUrl()));
  return {
    visible,
    calls: (method, route) =>
      ledger.entries.filter((entry) => entry.method === method && entry.route === route),
    visibleFromBot: (channelId) =>
      visible(channelId).filter(({ author }) => author.id === world.bot.id),
    filesFromBot: (channelId) =>
      [...(world.channels.get(channelId)?.messages.values() ?? [])]
        .filter(({ deleted, author }) => !deleted && author.id === world.bot.id)
        .flatMap(({ id, attachments }) => attachments.map((file) => ({ ...file, messageId: id }))),
    typing: (channelId) => world.channels.get(channelId)?.typing.length ?? 0,
  };
}

type Troubles =
  | 'sendDuplicate'
  | 'push'
  | 'fail'
  | 'block'
  | 'archive'
  | 'grantIntents'
  | 'revokeToken'
  | 'forgetFiles'
  | 'dropConnections'
  | 'expireSessions';

function createTroubles(parts: Parts, http: Server): Pick<DiscordServer, Troubles> {
  const { world, sessions, faults, access, gateway, changes, forgotten } = parts;
  const current = (): SessionState => {
    const session = sessions.current();
    if (session === undefined) throw new TypeError('The bot never connected');
    return session;
  };
  const channelOf = (id: string) => {
    const channel = world.channels.get(id);
    if (channel === undefined) throw new TypeError(`There is no channel ${id}`);
    return channel;
  };
  return {
    sendDuplicate: ({ t, d }) => sessions.tell(current(), { t, d }),
    push: (t, d) => sessions.publish(() => ({ t, d })),
    fail: (fault) => faults.add(fault),
    block(channelId, barrier) {
      channelOf(channelId).barrier = barrier;
    },
    archive(threadId) {
      channelOf(threadId).archived = true;
    },
    grantIntents(granted) {
      access.granted = grantOf(granted);
    },
    revokeToken() {
      access.token = undefined;
    },
    forgetFiles() {
      for (const { messages } of world.channels.values())
        for (const { attachments } of messages.values())
          for (const { id } of attachments) forgotten.add(id);
    },
    dropConnections() {
      gateway.cut();
      http.closeAllConnections();
    },
    expireSessions() {
      for (const session of sessions.all) {
        const one = sessions.find(session.id);
        if (one !== undefined) one.resumable = false;
      }
      changes.notify();
    },
  };
}
