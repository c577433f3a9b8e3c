import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCall, type CallDeps } from './answer-call.ts';
import { createFaults, type FaultHandle } from '../faults.ts';
import { type Fault, isMeant } from './faults.ts';
import { createLedger, type GraphCallName, type LedgerEntry } from './ledger.ts';
import {
  createPairLimiter,
  type PairLimiter,
  whatsappLimits,
  type WhatsappLimits,
} from './limits.ts';
import { createPeople, type People } from './people.ts';
import type { GraphContext } from './routes.ts';
import { createChanges } from '../signals.ts';
import { readWhatsappText } from './visible-text.ts';
import {
  createWebhookSender,
  type PendingChange,
  signWhatsappBody,
  type WebhookDelivery,
} from './webhook-sender.ts';
import { type Callback, type ChatMessage, createWorld, type NumberState } from './world.ts';

export interface WhatsappServerOptions {
  readonly accessToken?: string;
  /** Signs deliveries. */
  readonly appSecret?: string;
  /** Port to listen on; a free one without it. */
  readonly port?: number;
  /** The app's business phone numbers; one without it. */
  readonly numbers?: readonly Pick<NumberState, 'id' | 'phone' | 'name'>[];
  /** Counted limits; off without them, `true` for those Meta states. */
  readonly limits?: boolean | Partial<WhatsappLimits>;
  /** The window in which free texts go out, in ms; off without it, 24 hours at Meta. */
  readonly windowMs?: number;
  /** How long the address of a file holds; five minutes, as Meta documents. */
  readonly mediaLinkMs?: number;
  /** Tell the app of each message as sent and delivered; on. */
  readonly statuses?: boolean;
  /** First pause before a repeated delivery, in ms. */
  readonly webhookRetryMs?: number;
  /** Unix ms; the machine's clock without it. */
  readonly now?: () => number;
  /** Carries webhook deliveries. */
  readonly fetch?: typeof fetch;
}

/** A message of a number as a person sees it. */
export interface VisibleMessage extends ChatMessage {
  /** Without marks. */
  readonly text: string;
}

/** A file that a number sent, as a person opens it. */
export interface VisibleFile {
  readonly messageId: string;
  /** `image`, `document`, … */
  readonly kind: string;
  readonly name: string | undefined;
  readonly caption: string;
  readonly bytes: Uint8Array;
}

/** The part of the Graph API that is the WhatsApp Cloud API, on the loopback interface, with the people behind it. */
export interface WhatsappServer extends AsyncDisposable, People {
  /** In place of `https://graph.facebook.com`. */
  readonly url: string;
  readonly accessToken: string;
  readonly appSecret: string;
  readonly numbers: readonly NumberState[];
  /** Every call, in order of arrival. */
  readonly ledger: readonly LedgerEntry[];
  calls(call: GraphCallName): readonly LedgerEntry[];
  /** What a number wrote to a person, in order. The first number without one. */
  visible(phone: string, numberId?: string): readonly VisibleMessage[];
  /** The files in what a number wrote to a person, in order. The first number without one. */
  files(phone: string, numberId?: string): readonly VisibleFile[];
  readonly reactions: readonly { readonly messageId: string; readonly emoji: string }[];
  /** Marks of reading, with whether the number then shows that it types. */
  readonly reads: readonly { readonly messageId: string; readonly typing: boolean }[];
  /** Sets the app's address, as its dashboard does: with the handshake. */
  setCallback(callback: Callback): Promise<void>;
  readonly deliveries: readonly WebhookDelivery[];
  readonly pendingChanges: readonly PendingChange[];
  isConfirmed(change: Pick<PendingChange, 'seq'>): boolean;
  /** Adds a change as it is: for kinds and shapes no person makes here. */
  push(change: Omit<PendingChange, 'seq'>): PendingChange;
  /** Delivers a change once more. */
  sendDuplicate(change: Pick<PendingChange, 'seq'>): void;
  /** Holds deliveries back; `resumeDeliveries` sends them, in one request where `together`. */
  pauseDeliveries(): void;
  resumeDeliveries(how?: { readonly together: boolean }): void;
  /** The value of `X-Hub-Signature-256` for a body. */
  sign(body: string): string;
  fail(fault: Fault): FaultHandle;
  /** The files are gone that people sent so far. */
  forgetFiles(): void;
  revokeToken(): void;
  /** Cuts every open connection once. */
  dropConnections(): void;
  /** Resolves with the first truthy answer, asked now and after each change; it neither polls nor sleeps. */
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

/** Opens the server; dispose it to free the port. https://developers.facebook.com/documentation/business-messaging/whatsapp/ */
export async function openWhatsappServer(
  options: WhatsappServerOptions = {},
): Promise<WhatsappServer> {
  const parts = createParts(options);
  const http = createServer((request, response) => {
    answerCall(parts.callDeps, { request, response }).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  http.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  parts.address.origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return toServer(parts, http);
}

type Parts = ReturnType<typeof createParts>;

const accountId = '102290129340398';
const firstNumber = { id: '106540352242922', phone: '15550783881', name: 'Test Number' };

function withDefaults(options: WhatsappServerOptions) {
  return {
    now: options.now ?? (() => Date.now()),
    appSecret: options.appSecret ?? 'app-secret-of-the-testkit',
    accessToken: options.accessToken ?? 'EAAlocalWhatsappTokenOfTheTestkit0123456789',
    retryMs: options.webhookRetryMs ?? 20,
    carry: options.fetch ?? fetch,
  };
}

function createParts(options: WhatsappServerOptions) {
  const { now, retryMs, carry, ...secrets } = withDefaults(options);
  const changes = createChanges();
  const ledger = createLedger({ now, changes });
  const world = createWorld();
  for (const number of options.numbers ?? [firstNumber])
    world.numbers.set(number.id, { ...number, override: undefined, commands: [] });
  const sender = createWebhookSender({
    world,
    changes,
    now,
    fetch: carry,
    appSecret: secrets.appSecret,
    accountId,
    retryMs,
  });
  const address = { origin: '' };
  const { limits = false, windowMs, mediaLinkMs = 300_000, statuses = true } = options;
  const context: GraphContext = {
    world,
    sender,
    limiter: limiterOf(limits, now),
    now,
    origin: () => address.origin,
    windowMs,
    mediaLinkMs,
    tellStatuses: statuses,
  };
  const access: { token: string | undefined } = { token: secrets.accessToken };
  const faults = createFaults(isMeant);
  const callDeps: CallDeps = { context, ledger, faults, token: () => access.token };
  const people = createPeople(context);
  return { changes, ledger, world, sender, address, access, faults, callDeps, people, secrets };
}

function limiterOf(
  limits: NonNullable<WhatsappServerOptions['limits']>,
  now: () => number,
): PairLimiter | undefined {
  if (limits === false) return undefined;
  return createPairLimiter({ ...whatsappLimits, ...(limits !== true && limits) }, now);
}

function toServer(parts: Parts, http: Server): WhatsappServer {
  const { changes, ledger, world, sender, address, access, faults, people, secrets } = parts;
  const visible: WhatsappServer['visible'] = (
    phone,
    numberId = world.numbers.keys().next().value,
  ) =>
    world.messages
      .filter((one) => one.fromUs && one.person === phone && one.numberId === numberId)
      .map((one) => ({ ...one, text: readWhatsappText(one.body) }));
  return {
    ...people,
    ...secrets,
    url: address.origin,
    numbers: [...world.numbers.values()],
    ledger: ledger.entries,
    calls: (call) => ledger.entries.filter((entry) => entry.call === call),
    visible,
    files: (phone, numberId) =>
      visible(phone, numberId).flatMap(({ id, type, text, mediaId, fileName }) => {
        const media = world.media.get(mediaId ?? '');
        const about = { messageId: id, kind: type, name: fileName, caption: text };
        return media ? [{ ...about, bytes: media.bytes }] : [];
      }),
    reactions: world.reactions,
    reads: world.reads,
    async setCallback(callback) {
      await sender.verify(callback);
      sender.appCallback = callback;
    },
    deliveries: sender.deliveries,
    get pendingChanges() {
      return sender.pending;
    },
    isConfirmed: ({ seq }) => sender.confirmed.has(seq),
    push: (change) => sender.push(change),
    sendDuplicate: ({ seq }) => sender.redeliver(seq),
    pauseDeliveries: () => sender.pause(),
    resumeDeliveries: (how = { together: false }) => sender.resume(how),
    sign: (body) => signWhatsappBody(secrets.appSecret, body),
    fail: (fault) => faults.add(fault),
    forgetFiles: () => world.media.clear(),
    revokeToken() {
      access.token = undefined;
    },
    dropConnections: () => http.closeAllConnections(),
    waitFor: (predicate, signal) => changes.waitFor(predicate, signal),
    async [Symbol.asyncDispose]() {
      await sender[Symbol.asyncDispose]();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}
