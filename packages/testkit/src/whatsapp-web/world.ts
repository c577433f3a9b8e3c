import type { Json } from '@cuttle/core-types';
import type {
  BridgeAccount,
  BridgeCommand,
  BridgeEvent,
  BridgeFile,
} from '@cuttle/core-types/bridge';
import { type Changes, createChanges } from '../signals.ts';
import { createFaults, type Faults } from './faults.ts';

export type CommandName = BridgeCommand['type'];

/** A message for the account, until the gateway took it. */
export interface PendingMessage {
  readonly event: string;
  readonly message: Json;
  isTaken: boolean;
}

/** A file of the account as people open it. */
export interface SentFile extends Omit<BridgeFile, 'path'> {
  readonly bytes: Uint8Array;
}

/** A message of the account as people have it on their phones. */
export interface SentMessage {
  readonly chat: string;
  readonly messageId: string;
  text: string;
  readonly replyTo: string | undefined;
  readonly file: SentFile | undefined;
  isDeleted: boolean;
}

export interface Person {
  readonly phone: string;
  readonly name: string;
}

export interface Group {
  readonly id: string;
  readonly title: string;
}

/** A command as it came, and whether it was done. */
export interface LedgerEntry {
  readonly command: BridgeCommand;
}

/** One life of the scripted program. */
export interface Connection {
  isConnected: boolean;
  isListening: boolean;
  say(event: BridgeEvent): void;
  die(): void;
}

/** WhatsApp as far as one linked account sees it. */
export interface World {
  account: BridgeAccount;
  isLinked: boolean;
  /** The code that is shown to be scanned, with what happens when it is. */
  scanning: { readonly code: string; readonly link: () => void } | undefined;
  readonly people: Map<string, Person>;
  readonly groups: Map<string, Group>;
  readonly inbox: PendingMessage[];
  readonly sent: SentMessage[];
  readonly reactions: Extract<BridgeCommand, { readonly type: 'react' }>[];
  readonly typing: string[];
  /** Chats in which people saw that what they wrote was read. */
  readonly reads: string[];
  readonly ledger: LedgerEntry[];
  readonly files: Map<string, Uint8Array>;
  readonly connections: Set<Connection>;
  readonly faults: Faults;
  readonly changes: Changes;
  /** Texts that differ each time. */
  nextId(): string;
}

export function createWorld(account: BridgeAccount, isLinked: boolean): World {
  let ids = 0;
  return {
    account,
    isLinked,
    scanning: undefined,
    people: new Map(),
    groups: new Map(),
    inbox: [],
    sent: [],
    reactions: [],
    typing: [],
    reads: [],
    ledger: [],
    files: new Map(),
    connections: new Set(),
    faults: createFaults(),
    changes: createChanges(),
    nextId: () => `3A${(ids += 1).toString(16).toUpperCase().padStart(18, '0')}`,
  };
}
