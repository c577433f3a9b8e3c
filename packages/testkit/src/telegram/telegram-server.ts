import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from '../exchange.ts';
import { answerCall, type BotExchange, type CallDeps, callInProcess } from './answer-call.ts';
import { answerFile } from './answer-file.ts';
import { createFaults, type FaultHandle } from '../faults.ts';
import { type Fault, isMeant } from './faults.ts';
import { type Acknowledgement, createLedger, type LedgerEntry } from './ledger.ts';
import { createRateLimiter, telegramLimits, type TelegramLimits } from './limits.ts';
import type { BotState, MethodContext } from './methods/method.ts';
import { createPeople, type People } from './people.ts';
import { createChanges } from '../signals.ts';
import { createUpdateQueue } from './update-queue.ts';
import { toFiles, toVisible, type VisibleFile, type VisibleMessage } from './visible.ts';
import { createWebhookSender, type WebhookDelivery } from './webhook.ts';
import type { WireUpdate, WireUser } from './wire.ts';
import { type ChatState, createWorld, type Draft } from './world.ts';

export interface TelegramServerOptions {
  readonly token?: string;
  readonly username?: string;
  /** Port to listen on; a free one without it. */
  readonly port?: number;
  /** Privacy mode in groups; on, as for a new bot. */
  readonly privacy?: boolean;
  /** Counted limits; off without them, `true` for those Telegram states. */
  readonly limits?: boolean | Partial<TelegramLimits>;
  readonly firstUpdateId?: number;
  /** Longest wait of `getUpdates` in ms, whatever the bot asks. */
  readonly longPollCapMs?: number;
  /** First pause before a repeated webhook delivery, in ms. */
  readonly webhookRetryMs?: number;
  /** How long the place that `getFile` names holds; an hour, as Telegram promises. */
  readonly fileLinkMs?: number;
  /** Unix ms; the machine's clock without it. */
  readonly now?: () => number;
  /** Carries webhook deliveries. */
  readonly fetch?: typeof fetch;
}

/** A Bot API server on the loopback interface, with the people and chats behind it. */
export interface TelegramServer extends AsyncDisposable, People {
  /** The `apiRoot` of a client. */
  readonly url: string;
  readonly token: string;
  readonly bot: WireUser;
  /** Every call of the bot, in order of arrival. */
  readonly ledger: readonly LedgerEntry[];
  readonly acknowledgements: readonly Acknowledgement[];
  /** Highest update id below which every update was confirmed; 0 before the first. */
  readonly acknowledgedUpTo: number;
  readonly pendingUpdates: readonly WireUpdate[];
  /** Long polls that wait now. */
  readonly waitingPolls: number;
  readonly webhookDeliveries: readonly WebhookDelivery[];
  calls(method: string): readonly LedgerEntry[];
  /** What a person sees in the chat now, in order, after edits and deletes. */
  visible(chatId: number): readonly VisibleMessage[];
  /** Like `visible`, only what the bot wrote. */
  visibleFromBot(chatId: number): readonly VisibleMessage[];
  /** The files in what the bot wrote, in order. */
  filesFromBot(chatId: number): readonly VisibleFile[];
  /** Every draft the bot showed in a private chat, in order. */
  drafts(chatId: number): readonly Draft[];
  /** Drafts that a person sees in the chat now: they fade after thirty seconds and with the next message. */
  visibleDrafts(chatId: number): readonly Draft[];
  chatActions(chatId: number): ChatState['actions'];
  /** Ids of pinned messages, the newest last. */
  pinned(chatId: number): readonly number[];
  callbackAnswer(callbackId: string): Readonly<Record<string, unknown>> | undefined;
  /** Commands of the default scope, without a language. */
  readonly commands: readonly { readonly command: string; readonly description: string }[];
  /** Delivers an update once more. */
  sendDuplicate(updateId: number): void;
  /** Adds an update as it is: for kinds and shapes no person makes here. */
  push(kind: string, payload: unknown): WireUpdate | undefined;
  fail(fault: Fault): FaultHandle;
  /** Why the bot cannot write to the chat, or `undefined` to let it again. */
  block(chatId: number, barrier: ChatState['barrier']): void;
  deleteMessage(chatId: number, messageId: number): void;
  /** Telegram does not have the files any more that people sent so far. */
  forgetFiles(): void;
  revokeToken(): void;
  /** Cuts every open connection once. */
  dropConnections(): void;
  /** Resolves with the first truthy answer, asked now and after each change; it neither polls nor sleeps. */
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

/** Opens the server; dispose it to free the port. https://core.telegram.org/bots/api */
export async function openTelegramServer(
  options: TelegramServerOptions = {},
): Promise<TelegramServer> {
  const parts = createParts(options);
  const http = createServer((request, response) => {
    const exchange = toExchange({ request, response });
    if (exchange === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error_code: 404, description: 'Not Found' }));
      return;
    }
    const answer = exchange.method === '' ? answerFile : answerCall;
    answer(parts.callDeps, exchange).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  http.keepAliveTimeout = 60_000;
  await listen(http, options.port ?? 0);
  return toServer(parts, http);
}

type Parts = ReturnType<typeof createParts>;

function createParts(options: TelegramServerOptions) {
  const now = options.now ?? (() => Date.now());
  const token = options.token ?? '123456789:AAlocal-Telegram_server-of-the-testkit';
  const changes = createChanges();
  const ledger = createLedger({ now, changes });
  const bot = createBot(token, options);
  const world = createWorld({ bot, now });
  const queue = createUpdateQueue({
    ledger,
    changes,
    firstId: options.firstUpdateId ?? 700_000_001,
  });
  const state: BotState = {
    commands: new Map(),
    callbacks: new Map(),
    longPollCapMs: options.longPollCapMs ?? 50_000,
    fileLinkMs: options.fileLinkMs ?? 3_600_000,
  };
  const webhook = createWebhookSender({
    queue,
    changes,
    now,
    fetch: options.fetch ?? fetch,
    retryMs: options.webhookRetryMs ?? 20,
    call: (method, params) => {
      // Never rejects: what goes wrong is in the ledger.
      void callInProcess(callDeps, method, params);
    },
  });
  const limiter = limiterOf(options.limits, now);
  const context: MethodContext = { world, queue, ledger, webhook, limiter, state, now };
  const faults = createFaults(isMeant);
  const access: { token: string | undefined } = { token };
  const callDeps: CallDeps = { context, ledger, faults, token: () => access.token, now };
  const people = createPeople({ world, queue, state, now, privacy: options.privacy ?? true });
  return {
    changes,
    ledger,
    world,
    queue,
    state,
    webhook,
    faults,
    access,
    callDeps,
    people,
    token,
    now,
  };
}

function createBot(token: string, options: TelegramServerOptions): WireUser {
  const about = {
    can_join_groups: true,
    can_read_all_group_messages: options.privacy === false,
    supports_inline_queries: false,
  };
  return {
    id: Number(token.split(':', 1)[0]),
    is_bot: true,
    first_name: 'Test Bot',
    username: options.username ?? 'cuttle_test_bot',
    ...about,
  };
}

function limiterOf(
  limits: TelegramServerOptions['limits'],
  now: () => number,
): MethodContext['limiter'] {
  if (limits === undefined || limits === false) return undefined;
  return createRateLimiter({ ...telegramLimits, ...(limits === true ? {} : limits) }, now);
}

function toExchange(pair: Exchange): BotExchange | undefined {
  const url = new URL(pair.request.url ?? '/', 'http://127.0.0.1');
  const call = /^\/bot(\d+:[\w-]+)\/(\w+)\/?$/.exec(url.pathname);
  if (call !== null) return { ...pair, url, token: call[1] ?? '', method: call[2] ?? '' };
  const file = /^\/file\/bot(\d+:[\w-]+)\/(.+)$/.exec(url.pathname);
  return file === null ? undefined : { ...pair, url, token: file[1] ?? '', method: '' };
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

function toServer(parts: Parts, http: Server): TelegramServer {
  const { world, queue, ledger, webhook, people, changes } = parts;
  const told = <T>(value: T): T => {
    webhook.kick();
    return value;
  };
  return {
    // An address is a string only for pipes.
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    token: parts.token,
    bot: world.bot,
    ledger: ledger.entries,
    acknowledgements: ledger.acknowledgements,
    get acknowledgedUpTo() {
      return queue.acknowledgedUpTo;
    },
    get pendingUpdates() {
      return queue.pending;
    },
    get waitingPolls() {
      return queue.waiting;
    },
    webhookDeliveries: webhook.deliveries,
    get commands() {
      return parts.state.commands.get('["default",null,null,""]') ?? [];
    },
    user: (input) => people.user(input),
    group: (input) => people.group(input),
    say: (input) => told(people.say(input)),
    editMessage: (input) => told(people.editMessage(input)),
    pressButton: (input) => told(people.pressButton(input)),
    react: (input) => told(people.react(input)),
    join: (input) => told(people.join(input)),
    addBot: (input) => told(people.addBot(input)),
    push: (kind, payload) => told(queue.push(kind, payload)),
    ...createViews(parts),
    sendDuplicate(updateId) {
      const update = queue.find(updateId);
      if (update === undefined) throw new TypeError(`There was no update ${updateId}`);
      if (webhook.settings === undefined) queue.redeliver(update);
      else webhook.redeliver(update);
    },
    fail: (fault) => parts.faults.add(fault),
    block(chatId, barrier) {
      world.findChat(chatId).barrier = barrier;
    },
    deleteMessage(chatId, messageId) {
      const message = world.findChat(chatId).messages.get(messageId);
      if (message !== undefined) message.deletedAt = parts.now();
      changes.notify();
    },
    forgetFiles: () => world.files.clear(),
    revokeToken() {
      parts.access.token = undefined;
    },
    dropConnections: () => http.closeAllConnections(),
    waitFor: (predicate, signal) => changes.waitFor(predicate, signal),
    [Symbol.asyncDispose]: () => close(parts, http),
  };
}

/** What a test looks at, beside the ledger. */
function createViews(
  parts: Parts,
): Pick<
  TelegramServer,
  | 'calls'
  | 'visible'
  | 'visibleFromBot'
  | 'filesFromBot'
  | 'drafts'
  | 'visibleDrafts'
  | 'chatActions'
  | 'pinned'
  | 'callbackAnswer'
> {
  const { world, ledger, state } = parts;
  const visible = (chatId: number): readonly VisibleMessage[] => toVisible(world.findChat(chatId));
  const visibleFromBot = (chatId: number): readonly VisibleMessage[] =>
    visible(chatId).filter(({ from }) => from.id === world.bot.id);
  return {
    calls: (method) => ledger.entries.filter((entry) => entry.method === method),
    visible,
    visibleFromBot,
    filesFromBot: (chatId) => toFiles(visibleFromBot(chatId), world.files),
    drafts: (chatId) => world.findChat(chatId).draftLog,
    visibleDrafts: (chatId) =>
      [...world.findChat(chatId).drafts.values()].filter(({ at }) => parts.now() - at < 30_000),
    pinned: (chatId) => [...world.findChat(chatId).pinned],
    chatActions: (chatId) => world.findChat(chatId).actions,
    callbackAnswer: (id) => state.callbacks.get(id)?.answer,
  };
}

async function close(parts: Parts, http: Server): Promise<void> {
  await parts.webhook[Symbol.asyncDispose]();
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeAllConnections();
  await closed;
}
