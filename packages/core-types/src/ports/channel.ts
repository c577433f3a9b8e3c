import type { Json } from '../json.ts';
import type { ChannelAction } from './channel-action.ts';
import type { DirectoryCapability } from './directory.ts';
import type { MediaKind } from './media-journal.ts';

/** A file that goes out with an answer; its bytes are in the `BlobStore`. */
export interface OutboundFile {
  readonly sha256: string;
  /** What its bytes are; `document` is anything. */
  readonly kind: MediaKind;
  readonly mimeType: string;
  /** As people see it, without a folder. */
  readonly name: string;
  readonly bytes: number;
}

/** An answer in Markdown, before a channel renders it. */
export interface Answer {
  readonly text: string;
  /** Why the system speaks, where it is not the agent: a code of `texts`. */
  readonly notice?: string | undefined;
  readonly buttons?:
    | readonly (readonly { readonly label: string; readonly token: string }[])[]
    | undefined;
  /** The platform's id of the message that is answered, for a quote. */
  readonly replyTo?: string | undefined;
  /** What goes along, behind the words or under them; only where the channel has `uploads`, and each within its limit. */
  readonly files?: readonly OutboundFile[] | undefined;
}

/** One visible platform call, ready to be sent: a channel's own JSON, stored as an outbound row. */
export interface OutboundPart {
  readonly v: 1;
  /** Text as a person will read it; used to tell whether a message is ours and in lists. */
  readonly text: string;
  readonly payload: Json;
  /** What this call sends beside its words, in the order of its payload. */
  readonly files?: readonly OutboundFile[] | undefined;
  /** The action it is, in place of a message; doing it again changes nothing more. */
  readonly act?: string | undefined;
  /** What takes it back: sent where what it was about is cancelled. */
  readonly undo?: OutboundPart | undefined;
  /** How long its files may take, beyond what a call without any may. */
  readonly extraMs?: number | undefined;
}

/** What the platform gave back: enough to edit or delete the message later. */
export interface Receipt {
  readonly messageId: string;
  readonly at?: number;
}

/** Where to send: the channel's own address of a chat (and thread), as it stated it in `ChannelInbound.target`. */
export type Target = Json;

/** The command of a message such as `/status@bot now`: name without slash, lower case. */
export interface CommandFact {
  readonly name: string;
  readonly args: string;
}

/**
 * Something beside text in a message. `kind` is a word for people: photo, voice, location. `file` is there where it has bytes that the channel
 * can fetch. `type` is what the platform sends it as: `image` and a `voice` only where the platform itself made it one, else `document` or
 * `audio`, which count as content of anybody. Nothing of it is believed before the bytes are here.
 */
export interface ChannelMedia {
  readonly kind: string;
  readonly file?:
    | {
        /** The platform's own name for the bytes: plain JSON, without a secret. */
        readonly ref: Json;
        readonly type: 'image' | 'audio' | 'document';
        readonly mimeType: string;
        readonly name?: string | undefined;
        /** As the platform says. */
        readonly bytes?: number | undefined;
        readonly durationMs?: number | undefined;
        /** The sender's own voice, recorded for this message. */
        readonly voice?: boolean | undefined;
      }
    | undefined;
}

/** A platform event as facts, never a verdict: who may speak is decided at accept. */
export interface ChannelInbound {
  /** The message's identity (chat, message id, edit revision), not the delivery's. */
  readonly externalId: string;
  /** `reaction`: somebody put `reaction` under the message `messageId`; a channel tells of it only where its account's owner wants that. `join`: somebody came into a group. */
  readonly kind: 'message' | 'edit' | 'button' | 'reaction' | 'join' | 'unparsed';
  readonly target: Target;
  readonly chat: {
    /** Stable within the account; with `threadId` it names the conversation. */
    readonly id: string;
    readonly kind: 'dm' | 'group';
    readonly title?: string | undefined;
    readonly threadId?: string | undefined;
  };
  readonly sender: {
    readonly id: string;
    readonly name?: string | undefined;
    readonly username?: string | undefined;
    readonly isBot: boolean;
  };
  readonly messageId: string;
  readonly text: string;
  readonly mentioned: boolean;
  readonly replyToUs: boolean;
  /** What the message answers, where the platform brings its words: a message of the same chat. */
  readonly quoted?:
    | {
        readonly text: string;
        /** Who said it; undefined: we did. */
        readonly from: string | undefined;
      }
    | undefined;
  readonly command?: CommandFact | undefined;
  readonly buttonToken?: string | undefined;
  /** An emoji, or the name of one. */
  readonly reaction?: string | undefined;
  /** Who came into the group: the account, added by `sender`, or people with these names. */
  readonly joined?:
    | { readonly who: 'us' | 'others'; readonly names: readonly string[] }
    | undefined;
  readonly media?: readonly ChannelMedia[] | undefined;
  /** The messages that this one was put together from, in their order: known by the first, it may come again with more of them, which are then taken on their own. */
  readonly parts?: readonly ChannelInbound[] | undefined;
  /** Unix ms as the platform says. */
  readonly at: number;
  /** The raw event, for `unparsed`. */
  readonly raw?: Json | undefined;
}

/** Where a channel hands in what it received. Contract: `accept` resolves after COMMIT, also for duplicates; it throws when nothing was stored. */
export interface Door {
  accept(event: ChannelInbound, signal: AbortSignal): Promise<void>;
  /** For platforms that do not remember how far the account has read; a door without it begins with what comes now. */
  readonly checkpoint?: Checkpoint;
}

/** How far an account has read, in rows. A channel moves it only behind what was accepted; an older one brings events again, which are recognised. */
export interface Checkpoint {
  /** Undefined before the first `put`. */
  read(): Promise<Json | undefined>;
  /** Resolves after COMMIT. */
  put(checkpoint: Json): Promise<void>;
}

export interface Limits {
  /** Characters of one message, counted as the platform counts. */
  readonly maxTextLength: number;
  /** Messages per second over the whole account. */
  readonly perSecond: number;
  /** Messages and edits per minute in one group conversation. */
  readonly perMinuteInGroup: number;
  /** Messages and edits into one conversation of any kind, in any window of so many ms; absent: no limit of its own. */
  readonly perConversation?: { readonly count: number; readonly windowMs: number } | undefined;
  /** Whether an action (`act`: a reaction, a pin) counts in its conversation as a message does. Without it only the account's limit holds for them. */
  readonly countsActs?: boolean | undefined;
  /** Least ms between two edits of one live message. */
  readonly editIntervalMs: number;
}

export type Ambiguity =
  /** The platform deduplicates by our key: resend. */
  | 'idempotency-key'
  /** Cannot be told: do not send again, list it as `unconfirmed`. */
  | 'at-most-once'
  /** Cannot be told: send again with a visible mark. */
  | 'resend-marked';

export interface LiveMessages {
  /** The body of a placeholder bubble; it holds no answer text. */
  placeholder(replyTo?: string): OutboundPart;
  /** A preview of unfinished text, at most one message long. Pure. */
  preview(text: string): OutboundPart;
  /** For platforms that can show unfinished text in private conversations without a message; absent: it is shown by edits. */
  readonly drafts?: DraftCapability;
}

/**
 * Unfinished text beside the messages of a private conversation. Contract:
 * - it is no message: it fades by itself, and the next message takes its place, so that nothing has to be taken away after a kill;
 * - texts with the same `key` replace each other, those of an earlier life of the process too;
 * - `show` never retries and throws `channel.invalid` where the platform takes no drafts from this account at all, else as `send`.
 */
export interface DraftCapability {
  /** A text that did not change is shown again after so many ms, before it fades. */
  readonly everyMs: number;
  show(
    draft: { readonly target: Target; readonly key: string; readonly part: OutboundPart },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface ChannelHealth {
  readonly ok: boolean;
  readonly platformId?: string;
  readonly name?: string;
  readonly detail?: string;
}

export interface WebhookCapability {
  /** Verifies and accepts one platform delivery; the response is sent after COMMIT. Throws `access.unauthenticated` on a bad signature. */
  receive(request: Request, door: Door, signal: AbortSignal): Promise<Response>;
}

/**
 * Fetches what a message came with, after the message was accepted. Contract:
 * - it resolves with the bytes behind a `ref` of `ChannelMedia`, in this life of the process or a later one, as often as it is asked;
 * - it reads at most `maxBytes` and throws `media.too-large` for more, whatever size the platform states;
 * - it throws `media.gone` where the platform has the bytes no more and never will again, or never had them;
 * - else it fails as `send`: `channel.unavailable`, `channel.rate-limited`, `channel.auth`; a half answer is `channel.unavailable`;
 * - it asks only the platform's own address, follows no redirect away from it, and no error says a secret;
 * - it never retries, changes nothing that people see, and rejects with `signal.reason` soon after an abort.
 */
export interface MediaCapability {
  /** Of one medium, as the platform limits what may be fetched. */
  readonly maxBytes: number;
  fetch(
    request: { readonly ref: Json; readonly maxBytes: number },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
}

/** Where a login that a person makes on a device of theirs stands. */
export type LoginStep =
  /** Nothing to show yet. */
  | { readonly state: 'waiting' }
  /** The text of a QR code that is to be scanned, and until when (Unix ms) it holds. */
  | { readonly state: 'code'; readonly code: string; readonly expiresAt: number }
  | { readonly state: 'linked'; readonly platformId: string; readonly name: string };

/** For accounts that are no token of the configuration but a device that a person links. */
export interface LoginCapability {
  /**
   * Goes on with the login, or begins one; resolves when there is something other to show than the code that was `seen`, at
   * once where an account is linked. Whoever stops waiting ends nothing. Throws `channel.*` where the login came to nothing.
   */
  step(seen: string | undefined, signal: AbortSignal): Promise<LoginStep>;
  /** Ends the link; `receive` ends with `channel.auth`. */
  logout(signal: AbortSignal): Promise<void>;
}

/**
 * Files that answers may carry. Contract:
 * - `render` gives each file of an answer to exactly one part, in order; a part's `files` are those of its payload. Words that a caption has no
 *   room for are messages of their own before it;
 * - `send` of such a part makes one visible message, or one album, from the bytes in `SendRequest.files`, which are those of the part; what it
 *   has to upload before is not visible, and its failure says `details.reached: false`;
 * - it is interrupted, repeated and marked as any other send.
 */
export interface UploadCapability {
  /** Of one file, as the platform limits what an account may send. A larger one is never rendered: the person is told of it in words. */
  readonly maxBytes: number;
  /** Whether the platform takes a file of this type at all; any without it. Pure. */
  takes?(file: OutboundFile): boolean;
}

/**
 * Marks of the account under what people say: one emoji at a time. Pure: what these give are parts with `act`, made rows and sent as others.
 * Undefined where the platform has no such emoji.
 */
export interface ReactionCapability {
  /** Whether a mark takes the place of the one before; else that one is taken back first. */
  readonly replaces: boolean;
  mark(messageId: string, emoji: string): OutboundPart | undefined;
  /** Takes a mark back. */
  unmark(messageId: string, emoji: string): OutboundPart | undefined;
}

export interface SentFile extends OutboundFile {
  readonly content: Uint8Array;
}

export type SendKind = 'send' | 'open' | 'edit' | 'delete';

export interface SendRequest {
  readonly kind: SendKind;
  readonly target: Target;
  readonly part: OutboundPart;
  /** Those of the part, with their bytes. */
  readonly files?: readonly SentFile[] | undefined;
  /** The message to edit or delete. */
  readonly receipt?: Receipt | undefined;
  /** Stable per outbound row, for platforms with an idempotency key. */
  readonly idempotencyKey: string;
  /** Set when this may be a repetition that the person sees twice: the text is sent with a visible mark. */
  readonly marked?: boolean | undefined;
  /** Set when it was tried before: the earliest time (Unix ms) at which the message may have come to be. A channel whose platform forgets keys looks there first. */
  readonly repeats?: { readonly since: number } | undefined;
}

/** A command as a platform's own menu shows it. */
export interface MenuCommand {
  readonly name: string;
  /** What stands behind the name, `[mode]`; empty: nothing. */
  readonly args?: string | undefined;
  readonly description: string;
  /** The description in other languages, by ISO 639-1 code. */
  readonly descriptions?: Readonly<Record<string, string>> | undefined;
  /** Platform ids of the only people who are shown it; absent: everybody. It says nothing about who may use it. */
  readonly onlyFor?: readonly string[] | undefined;
}

/**
 * A messenger account. Contract:
 * - `connect` proves the credentials and tells the platform's own id of the account; it throws `channel.auth`;
 * - `receive` hands each platform event to `door` in order and moves its offset only below the lowest event not accepted;
 *   it reconnects with backoff and ends only by abort (rejecting with `signal.reason`) or `channel.auth`;
 * - `render` is pure: an answer becomes parts within the platform's limits, never rejected for formatting;
 * - `send` makes exactly one visible call (a formatting fallback counts as the same call, since the first was refused), never retries, and throws
 *   `channel.rate-limited` (with `retryAfterMs`, and `details.scope: 'conversation'` where other conversations may be written to), `channel.unavailable` (`details.reached: false` when it surely had no effect, else its outcome is unknown),
 *   `channel.blocked`, `channel.invalid` or `channel.auth`; editing to equal text counts as sent.
 */
export interface Channel extends AsyncDisposable {
  readonly id: string;
  readonly limits: Limits;
  readonly ambiguity: Ambiguity;
  connect(signal: AbortSignal): Promise<{ readonly platformId: string; readonly name: string }>;
  receive(door: Door, signal: AbortSignal): Promise<void>;
  render(answer: Answer): readonly OutboundPart[];
  /** Where a person's word for a chat (an id, a @name) leads; undefined where it cannot be one. Pure. */
  address(
    to: string,
  ): { readonly key: string; readonly target: Target; readonly group: boolean } | undefined;
  send(request: SendRequest, signal: AbortSignal): Promise<Receipt>;
  probe(signal: AbortSignal): Promise<ChannelHealth>;
  readonly live?: LiveMessages;
  readonly typing?: {
    show(target: Target, signal: AbortSignal): Promise<void>;
    readonly everyMs: number;
  };
  readonly menu?: {
    /** Replaces what was published before. What a platform has no place for (another language, a list of some people's own) is left out. */
    publish(commands: readonly MenuCommand[], signal: AbortSignal): Promise<void>;
  };
  readonly webhook?: WebhookCapability;
  readonly media?: MediaCapability;
  readonly login?: LoginCapability;
  readonly uploads?: UploadCapability;
  readonly reactions?: ReactionCapability;
  /** Absent where the platform gives no list: then only who was seen is known. */
  readonly directory?: DirectoryCapability;
  /** What a model may do in a conversation of this channel, beside answering. The same for every account. */
  readonly actions?: readonly ChannelAction[];
}
