import type { MemoryCheckpoint } from './memory-checkpoint.ts';
import type { Channel, Clock, Door, Log, Target } from '@cuttle/core-types/ports';

/** Where people meet: a private chat with Ann, a group of Ann and Ben, a thread (topic) of a group. */
export type Place = 'dm' | 'group' | 'thread';
export type Person = 'ann' | 'ben';

export interface PersonSays {
  readonly text: string;
  /** Ann without it. */
  readonly from?: Person;
  /** The private chat with `from` without it. */
  readonly in?: Place;
  /** Names the account in the way of the platform. */
  readonly mention?: boolean;
  /** A message that is answered. */
  readonly replyTo?: string;
  /** With a picture. */
  readonly picture?: boolean;
  /** With this file. */
  readonly file?: PersonFile;
}

/** A picture as the platform makes it of any bytes, a voice message, or a file as it is. */
export interface PersonFile {
  readonly kind: 'picture' | 'voice' | 'file';
  readonly bytes: Uint8Array;
  readonly name?: string;
  readonly mimeType?: string;
}

/** Something that happened on the platform and that the channel must hear of. */
export interface PlatformEvent {
  /** The platform's id of the message it is about. */
  readonly messageId: string;
  readonly ref: unknown;
}

/** A file of the account as a person opens it, with the words under it. */
export interface VisibleFile {
  readonly messageId: string;
  readonly text: string;
  /** Undefined where the platform shows none, as of a photo. */
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
}

export interface VisibleText {
  readonly messageId: string;
  readonly text: string;
  readonly replyTo?: string | undefined;
}

/** What goes wrong with the next calls of a kind. */
export type Trouble =
  /** Refused, with a wait of seven seconds. */
  | 'rate-limited'
  /** The platform's own failure. */
  | 'server-error'
  /** Cut before it took effect. */
  | 'cut-before'
  /** Took effect, but the answer is lost. */
  | 'cut-after'
  | 'blocked'
  | 'invalid'
  | 'auth'
  /** The formatting of the text is refused. */
  | 'formatting'
  /** Never answered. */
  | 'hang';

/** The platform's side: what people do, what they see, and what goes wrong. */
export interface ChannelPlatform {
  /** The platform's own id of the account. */
  readonly accountId: string;
  personId(person: Person): string;
  chatId(place: Place): string;
  target(place: Place): Target;
  say(says: PersonSays): PlatformEvent;
  edit(messageId: string, text: string): PlatformEvent;
  /** Presses a button of a message the account sent to the private chat. */
  press(messageId: string, label: string): PlatformEvent;
  /** The account's own message comes back to it, as some platforms do. */
  echoOwn(): PlatformEvent;
  /** An event nobody can read. */
  deliverUnreadable(): PlatformEvent;
  redeliver(event: PlatformEvent): void;
  isAcknowledged(event: PlatformEvent): boolean;
  /** What people see of the account's messages in a place now, in order. */
  visible(place: Place): readonly VisibleText[];
  /** The files of the account's messages that people see in a place, in order; for channels with `uploads`. */
  sentFiles?(place: Place): readonly VisibleFile[];
  /** Calls that changed what people see, or tried to. */
  visibleCalls(): number;
  /** For channels with drafts. */
  readonly drafts?: ShownDrafts;
  typing(place: Place): number;
  commands(): readonly string[];
  /** A person deletes a message of the account. */
  deleteMessage(place: Place, messageId: string): void;
  /** `fetch`: a file is downloaded. `cut-after` gives half of it. `send`: also of files. */
  fail(
    calls: 'connect' | 'receive' | 'send' | 'edit' | 'typing' | 'fetch',
    trouble: Trouble,
    times?: number,
  ): void;
  /** The platform has the files no more that people sent so far. */
  forgetFiles(): void;
  /** Downloads that were asked for. */
  fetches(): number;
  revoke(): void;
  dropConnections(): void;
  /** Calls of `receive` that wait for an event or, for pushed events, whether they can come. */
  isListening(): boolean;
  /** Resolves when `predicate` holds, asked after each change. */
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

/** Unfinished text that people see beside the messages, and what goes wrong with the next that is shown. */
export interface ShownDrafts {
  visible(place: Place): readonly string[];
  fail(trouble: Trouble): void;
}

/** What the suite gives to each channel. */
export interface ContractDeps {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** What every door of the case gives to the channel; a platform that forgets how far it was read may begin with one. */
  readonly checkpoint: MemoryCheckpoint;
}

export interface ChannelFixture extends AsyncDisposable {
  readonly platform: ChannelPlatform;
  /** Another channel of the same account, as after a restart. */
  open(): Channel;
  /** A channel whose platform cannot be reached. */
  openUnreachable(): Channel;
  /** For platforms that push: serves the channel's webhook until the abort. */
  serve?(channel: Channel, door: Door, signal: AbortSignal): Promise<void>;
  /** For platforms that push: one delivery of a new private message, or something else that reaches the address. */
  delivery?(kind: 'genuine' | 'wrong-secret' | 'no-secret' | 'not-json' | 'huge'): Request;
}

/** What not every platform has; cases of it run wherever the channel does not say why its platform lacks it. */
export const abilities = {
  /** The channel fetches events itself, and so notices by itself that its token was revoked. */
  pulls: 'fetches events',
  /** The platform calls a webhook of ours. */
  pushes: 'is called by the platform',
  groups: 'groups',
  threads: 'threads',
  /** The platform tells of messages that people change. */
  edits: 'edits of people',
  pictures: 'pictures of people',
  /** The channel fetches what people send. */
  files: 'files of people',
  /** The channel sends files. */
  uploads: 'files of ours',
  quotes: 'quotes',
  /** The platform parses the text we send, and may refuse it. */
  markup: 'refuses markup',
  buttons: 'buttons',
  /** A message of ours can be edited and deleted. */
  changes: 'edits of ours',
  /** Unfinished text can be shown without a message. */
  drafts: 'drafts',
  typing: 'typing',
  menu: 'a menu of commands',
} as const;
export type Ability = keyof typeof abilities;

/** Why a platform lacks an ability: its own limit, in words for the table of conformance. */
export type Lacks = { readonly [A in Ability]?: string };
