import { z } from 'zod';
import { Json } from './json.ts';

/**
 * The lines between a gateway and a messenger's own program, its bridge: one JSON object on each line of the program's
 * standard input (commands) and output (events). Contract of a bridge:
 * - its first line is `ready`; it ends when its input ends, and says nothing else on its output;
 * - every command with an `id` is answered by one `done` or `failed` with that id, in any order;
 * - each message is given until it was `taken`, in the order of its chat, also by a later life of the program: from `listen` on,
 *   and all that were not taken once more at the next `listen`;
 * - `send` makes a message under the `messageId` that was given: twice with the same one is one message;
 * - bytes never stand in a line: a file lies at a path for as long as the command that names it is not answered.
 */
export const bridgeVersion = 2;

const id = z.string().min(1).max(200);
const chat = z.string().min(1).max(300);
const command = { id };

/** A file that goes out. `voice` was spoken here, `document` is anything. */
const BridgeFile = z.object({
  path: z.string().min(1),
  kind: z.enum(['image', 'video', 'audio', 'voice', 'document']),
  mimeType: z.string(),
  name: z.string(),
});
export type BridgeFile = z.infer<typeof BridgeFile>;

/** What the gateway asks of a bridge. */
export const BridgeCommand = z.discriminatedUnion('type', [
  /** Connects the linked account; `unlinked` where there is none. Done at once where it is connected. */
  z.object({ type: z.literal('connect'), ...command }),
  /** Links an account: `qr` for each code that is to be scanned; done when it is linked and connected. */
  z.object({ type: z.literal('login'), ...command }),
  /** Ends the link, on the platform too where it can be reached, and forgets the account. */
  z.object({ type: z.literal('logout'), ...command }),
  z.object({ type: z.literal('listen'), ...command }),
  /** A message was stored: it is not given again. Not answered. */
  z.object({ type: z.literal('taken'), event: z.string() }),
  z.object({
    type: z.literal('send'),
    ...command,
    chat,
    messageId: id,
    /** Of a file what stands under it, which may be nothing. */
    text: z.string(),
    file: BridgeFile.optional(),
    /** Id of a message of the chat that is answered; left out where the bridge knows nothing of it. */
    quote: z.string().optional(),
  }),
  /** Puts `text` in the place of what a message of ours says; `messageId` names this change. */
  z.object({
    type: z.literal('edit'),
    ...command,
    chat,
    messageId: id,
    target: id,
    text: z.string(),
  }),
  z.object({ type: z.literal('delete'), ...command, chat, messageId: id, target: id }),
  /** An empty `emoji` takes the reaction back. `own`: under a message of the account; else `sender` wrote it, where that is known. */
  z.object({
    type: z.literal('react'),
    ...command,
    chat,
    target: id,
    own: z.boolean().default(false),
    sender: z.string().optional(),
    emoji: z.string(),
  }),
  /** `read`: whoever wrote sees too that it was read. */
  z.object({ type: z.literal('typing'), ...command, chat, read: z.boolean().default(false) }),
  /** Writes a file of a message to `path`, which the gateway reads and removes. */
  z.object({
    type: z.literal('download'),
    ...command,
    ref: Json,
    path: z.string(),
    maxBytes: z.int().nonnegative(),
  }),
]);
export type BridgeCommand = z.infer<typeof BridgeCommand>;

/** Why a command could not be done: `unlinked`: no account, or its link was ended; `gone`: the file is there no more. */
export const BridgeFailure = z.enum([
  'unlinked',
  'unavailable',
  'rate-limited',
  'blocked',
  'invalid',
  'gone',
  'too-large',
]);
export type BridgeFailure = z.infer<typeof BridgeFailure>;

/** The account that is linked: its id on the platform, and what it is called. */
export const BridgeAccount = z.object({ id: z.string().min(1), name: z.string() });
export type BridgeAccount = z.infer<typeof BridgeAccount>;

/** What a bridge says. */
export const BridgeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), version: z.int() }),
  z.object({ type: z.literal('done'), id }),
  z.object({
    type: z.literal('failed'),
    id,
    code: BridgeFailure,
    message: z.string(),
    retryAfterMs: z.int().nonnegative().optional(),
    /** `false`: it surely had no effect. */
    reached: z.boolean().optional(),
  }),
  /** Text of a code that is to be scanned, and how long it holds. */
  z.object({
    type: z.literal('qr'),
    code: z.string().min(1).max(2000),
    expiresInMs: z.int().positive(),
  }),
  z.object({ type: z.literal('connected'), account: BridgeAccount }),
  /** The connection ended; the next `connect` makes a new one. */
  z.object({ type: z.literal('closed'), reason: z.string() }),
  z.object({ type: z.literal('logged-out'), reason: z.string() }),
  /** `event` is what `taken` names; the message is read apart, so that one nobody can read is kept whole. */
  z.object({ type: z.literal('message'), event: z.string().min(1), message: Json }),
  z.object({
    type: z.literal('receipt'),
    chat: z.string(),
    messageId: z.string(),
    state: z.enum(['sent', 'delivered', 'read']),
  }),
]);
export type BridgeEvent = z.infer<typeof BridgeEvent>;

/** Something beside the words of a message; without `ref` only its kind is known. */
export const BridgeMedium = z.object({
  kind: z.string(),
  ref: Json.optional(),
  mimeType: z.string().optional(),
  name: z.string().optional(),
  bytes: z.number().nonnegative().optional(),
  durationMs: z.number().nonnegative().optional(),
});
export type BridgeMedium = z.infer<typeof BridgeMedium>;

/** A message of the platform as facts. */
export const BridgeMessage = z.object({
  id,
  chat: z.object({
    id: chat,
    kind: z.enum(['dm', 'group']),
    title: z.string().optional(),
  }),
  sender: z.object({ id: z.string().min(1), name: z.string().optional() }),
  /** The account wrote it itself, here or on another device. */
  own: z.boolean().default(false),
  /** Unix ms. */
  at: z.int().nonnegative(),
  text: z.string().default(''),
  mentioned: z.boolean().default(false),
  /** It answers a message of the account. */
  answersUs: z.boolean().default(false),
  /** Id of the message that it changes. */
  edits: z.string().optional(),
  media: z.array(BridgeMedium).default([]),
  /** What it answers, where the platform brings its words; `from` is nobody where the account said it. */
  quoted: z.object({ text: z.string(), from: z.string().optional() }).optional(),
  /** It is no message but an emoji under one of the account. */
  reaction: z.object({ target: id, emoji: z.string().min(1) }).optional(),
});
export type BridgeMessage = z.infer<typeof BridgeMessage>;
