import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '@cuttle/core-types';
import { createFaults, type FaultHandle } from '../faults.ts';
import { createChanges } from '../signals.ts';
import { answerCall, type CallDeps } from './answer-call.ts';
import { type Attempt, createDeliveries, type Delivery, type DeliveryState } from './deliveries.ts';
import { createEventsSender, signSlackBody } from './events-sender.ts';
import { type Fault, isMeant } from './faults.ts';
import { createLedger, type LedgerEntry } from './ledger.ts';
import { createTierLimiter, slackLimits, type SlackLimits, type TierLimiter } from './limits.ts';
import type { MethodContext } from './method.ts';
import { createPeople, type People } from './people.ts';
import { createPublisher } from './publish.ts';
import { createSocketMode, type SocketMode } from './socket-mode.ts';
import { readMessage } from './visible-text.ts';
import { createWorld, type MessageState, type TeamState, type World } from './world.ts';

export interface SlackServerOptions {
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  readonly botName?: string;
  readonly team?: Partial<TeamState>;
  /** Port to listen on; a free one without it. */
  readonly port?: number;
  /** Counted limits; off without them, `true` for those Slack states. */
  readonly limits?: boolean | Partial<SlackLimits>;
  /** Scopes of the tokens; all without it. */
  readonly scopes?: readonly string[];
  /** Event types the app subscribed to; messages of all kinds of places without it. */
  readonly subscriptions?: readonly string[];
  /** Within which an event must be taken; three seconds. */
  readonly answerWithinMs?: number;
  /** Ms before each repetition of an event; Slack's are nothing, a minute, five minutes. */
  readonly retryMs?: readonly number[];
  /** How often an event is repeated; three times. */
  readonly maxRetries?: number;
  readonly pingMs?: number;
  /** Unix ms; the machine's clock without it. */
  readonly now?: () => number;
  /** Carries posts to the app's address. */
  readonly fetch?: typeof fetch;
}

/** A message as a person sees it. */
export interface VisibleMessage extends MessageState {
  /** Without marks. */
  readonly shown: string;
}

/** Slack on the loopback interface: Web API, Socket Mode, events by HTTP, files, and the people behind it. */
export interface SlackServer extends AsyncDisposable, People {
  /** In place of `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly team: TeamState;
  readonly appId: string;
  /** The user that the app's bot is. */
  readonly botUserId: string;
  readonly socket: SocketMode;
  readonly world: World;
  /** Every call, in order of arrival. */
  readonly ledger: readonly LedgerEntry[];
  calls(method: string): readonly LedgerEntry[];
  /** What the app wrote in a place, or in a thread of it, in order, after edits and deletes; what only one person sees too. */
  visible(channel: string, threadTs?: string): readonly VisibleMessage[];
  /** Switches from Socket Mode to this address, after its handshake. */
  setRequestUrl(url: string | undefined): Promise<void>;
  readonly deliveries: readonly DeliveryState[];
  readonly attempts: readonly Attempt[];
  /** What the app answered to a delivery. */
  answerTo(delivery: Pick<Delivery, 'seq'>): Json | undefined;
  isTaken(delivery: Pick<Delivery, 'seq'>): boolean;
  sendDuplicate(delivery: Pick<Delivery, 'seq'>): void;
  /** Adds a delivery as it is: for kinds and shapes no person makes here. */
  push(delivery: Omit<Delivery, 'seq'>): Delivery;
  /** An event in its wrapper, for kinds no person makes here. */
  pushEvent(event: Readonly<Record<string, Json>>): Delivery;
  /** Slack has tried for long enough: what was not taken by now is told no more. */
  giveUpDeliveries(): void;
  pauseDeliveries(): void;
  resumeDeliveries(): void;
  /** The headers Slack signs a body with; `seconds` is now without it. */
  sign(body: string, seconds?: number): Readonly<Record<string, string>>;
  fail(fault: Fault): FaultHandle;
  /** Why the app cannot write there, in Slack's word; undefined: it can again. */
  block(channel: string, barrier: string | undefined): void;
  archive(channel: string): void;
  setScopes(scopes: readonly string[]): void;
  revokeTokens(): void;
  /** The files that people sent so far are no more. */
  forgetFiles(): void;
  /** Messages of files come only when they are released, long after the app was told that they are sent. */
  holdShares(): void;
  releaseShares(): void;
  /** Cuts every open connection once. */
  dropConnections(): void;
  /** Resolves with the first truthy answer, asked now and after each change; it neither polls nor sleeps. */
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

/** Opens the server; dispose it to free the port. https://docs.slack.dev/apis/web-api/ */
export async function openSlackServer(options: SlackServerOptions = {}): Promise<SlackServer> {
  const parts = createParts(options);
  const http = createServer((request, response) => {
    answerCall(parts.callDeps, { request, response }).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  http.on('upgrade', (request, socket, head) => parts.socket.accept(request, socket, head));
  http.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  // An address is a string only for pipes.
  parts.address.origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return toServer(parts, http);
}

const allScopes = [
  'chat:write',
  'connections:write',
  'app_mentions:read',
  'channels:history',
  'groups:history',
  'im:history',
  'mpim:history',
  'channels:read',
  'groups:read',
  'im:read',
  'im:write',
  'mpim:read',
  'mpim:write',
  'files:read',
  'files:write',
  'reactions:read',
  'reactions:write',
  'users:read',
  'commands',
];
const messageEvents = ['message.channels', 'message.groups', 'message.im', 'message.mpim'];

function withDefaults(options: SlackServerOptions) {
  const { limits = false } = options;
  return {
    now: options.now ?? (() => Date.now()),
    carry: options.fetch ?? fetch,
    answerWithinMs: options.answerWithinMs ?? 3000,
    retryMs: options.retryMs ?? [0, 60_000, 300_000],
    maxRetries: options.maxRetries ?? 3,
    pingMs: options.pingMs ?? 10_000,
    limits: limits === true ? {} : limits,
    secrets: {
      botToken: options.botToken ?? 'xoxb-1234567890-local-slack-of-the-testkit',
      appToken: options.appToken ?? 'xapp-1-A1234567890-local-slack-of-the-testkit',
      signingSecret: options.signingSecret ?? 'signing-secret-of-the-testkit',
    },
  };
}

function createParts(options: SlackServerOptions) {
  const { now, carry, secrets, ...timing } = withDefaults(options);
  const changes = createChanges();
  const team = {
    id: 'T0TEST00001',
    name: 'Us',
    domain: 'us',
    enterpriseId: undefined,
    isOrgInstall: false,
    ...options.team,
  };
  const world = createWorld({ team, botName: options.botName ?? 'cuttle', now });
  const address = { origin: '' };
  const origin = (): string => address.origin;
  const ledger = createLedger({ now, changes });
  const deliveries = createDeliveries({
    ...timing,
    changes,
    now,
    carriers: () => (sender.url === undefined ? [socket] : [sender]),
  });
  const { answers } = deliveries;
  const kick = (): void => deliveries.kick();
  const ackWithinMs = timing.answerWithinMs;
  const { appId } = world;
  const socket = createSocketMode({ ...timing, changes, appId, answers, kick, ackWithinMs });
  const { signingSecret } = secrets;
  const sender = createEventsSender({ ...timing, now, fetch: carry, signingSecret, answers, kick });
  const subscriptions = new Set(options.subscriptions ?? messageEvents);
  const publish = createPublisher({ world, deliveries, now, origin, subscriptions });
  const context: MethodContext = { world, publish, socket, now, origin, ...noFiles() };
  const access = {
    bot: secrets.botToken as string | undefined, // none after it was revoked
    app: secrets.appToken as string | undefined,
    scopes: new Set(options.scopes ?? allScopes),
  };
  const faults = createFaults(isMeant);
  const callDeps: CallDeps = {
    context,
    ledger,
    faults,
    limiter: limiterOf(timing.limits, now),
    tokens: () => access,
    scopes: () => access.scopes,
  };
  const people = createPeople({ ...context, deliveries });
  const all = {
    changes,
    world,
    address,
    ledger,
    deliveries,
    socket,
    sender,
    access,
    faults,
    shares: context.shares,
  };
  return { ...all, callDeps, people, secrets, publish, now };
}

function noFiles(): Pick<MethodContext, 'uploads' | 'shares'> {
  return { uploads: new Map(), shares: { held: false, waiting: [] } };
}

function limiterOf(
  limits: false | Partial<SlackLimits>,
  now: () => number,
): TierLimiter | undefined {
  return limits === false ? undefined : createTierLimiter({ ...slackLimits, ...limits }, now);
}

type Parts = ReturnType<typeof createParts>;

function toServer(parts: Parts, http: Server): SlackServer {
  const { changes, world, ledger, deliveries, socket, sender } = parts;
  const stateOf = (seq: number): DeliveryState | undefined =>
    deliveries.all.find((delivery) => delivery.seq === seq);
  return {
    ...parts.people,
    ...parts.secrets,
    ...createTroubles(parts, http),
    apiUrl: `${parts.address.origin}/api/`,
    team: world.team,
    appId: world.appId,
    botUserId: world.bot.id,
    socket,
    world,
    ledger: ledger.entries,
    calls: (method) => ledger.entries.filter((entry) => entry.method === method),
    visible: (channel, threadTs) =>
      [...(world.channels.get(channel)?.messages.values() ?? [])]
        .filter(({ user, deleted }) => user === world.bot.id && !deleted)
        .filter((message) => message.threadTs === threadTs)
        .map((message) => ({ ...message, shown: readMessage(message) })),
    setRequestUrl: (url) => sender.setUrl(url),
    deliveries: deliveries.all,
    attempts: deliveries.attempts,
    answerTo: ({ seq }) => deliveries.answers.get(seq),
    isTaken: ({ seq }) => stateOf(seq)?.state === 'taken',
    sendDuplicate: ({ seq }) => deliveries.repeat(seq),
    push: (delivery) => deliveries.push(delivery),
    pushEvent: (event) => parts.publish.wrap(event, 'pushed'),
    giveUpDeliveries: () => deliveries.giveUp(),
    pauseDeliveries: () => deliveries.pause(),
    resumeDeliveries: () => deliveries.resume(),
    sign: (body, seconds = Math.floor(parts.now() / 1000)) =>
      signSlackBody(parts.secrets.signingSecret, body, seconds),
    waitFor: (predicate, signal) => changes.waitFor(predicate, signal),
    async [Symbol.asyncDispose]() {
      await deliveries[Symbol.asyncDispose]();
      await sender[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

type Troubles =
  | 'fail'
  | 'block'
  | 'archive'
  | 'setScopes'
  | 'revokeTokens'
  | 'forgetFiles'
  | 'holdShares'
  | 'releaseShares'
  | 'dropConnections';

function createTroubles(
  { world, faults, access, socket, shares, changes }: Parts,
  http: Server,
): Pick<SlackServer, Troubles> {
  const channelOf = (id: string) => {
    const channel = world.channels.get(id);
    if (channel === undefined) throw new TypeError(`There is no channel ${id}`);
    return channel;
  };
  return {
    fail: (fault) => faults.add(fault),
    block(channel, barrier) {
      channelOf(channel).barrier = barrier;
    },
    archive(channel) {
      channelOf(channel).archived = true;
    },
    setScopes(scopes) {
      access.scopes = new Set(scopes);
    },
    revokeTokens() {
      access.bot = undefined;
      access.app = undefined;
    },
    forgetFiles() {
      for (const file of world.files.values()) file.deleted = true;
    },
    holdShares() {
      shares.held = true;
    },
    releaseShares() {
      shares.held = false;
      for (const make of shares.waiting.splice(0)) make();
      changes.notify();
    },
    dropConnections() {
      socket.cut();
      http.closeAllConnections();
    },
  };
}
