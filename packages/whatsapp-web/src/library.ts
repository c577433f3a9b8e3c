import type { AuthenticationState, ConnectionState, proto, WAMessage, WAMessageKey } from 'baileys';
import type { AuthLibrary } from './auth-state.ts';

/** A file on this machine's disk, with the words under it. */
type SentFile =
  | { readonly image: FilePlace; readonly mimetype: string; readonly caption?: string }
  | { readonly video: FilePlace; readonly mimetype: string; readonly caption?: string }
  | { readonly audio: FilePlace; readonly mimetype: string; readonly ptt: boolean }
  | {
      readonly document: FilePlace;
      readonly mimetype: string;
      readonly fileName: string;
      readonly caption?: string;
    };
interface FilePlace {
  readonly url: string;
}

/** What is sent: words, words in the place of others, a deletion, a reaction, a file. */
export type Sending =
  | SentFile
  | { readonly text: string; readonly edit?: proto.IMessageKey }
  | { readonly delete: proto.IMessageKey }
  | { readonly react: { readonly text: string; readonly key: proto.IMessageKey } };

/** One connection of the device. */
export interface Connection {
  readonly self: { readonly id: string; readonly lid?: string; readonly name?: string } | undefined;
  /** Resolves with what it is on the wire when it left; what became of it comes by `onAcknowledged`. */
  send(
    jid: string,
    content: Sending,
    options: { readonly messageId: string; readonly quoted?: WAMessage },
  ): Promise<proto.IMessage | undefined>;
  /** Tells whoever wrote them that these messages were read, as far as the account shows that. */
  markRead(keys: readonly WAMessageKey[]): Promise<void>;
  showTyping(jid: string): Promise<void>;
  logOut(): Promise<void>;
  end(): void;
}

export interface Listener {
  readonly onState: (state: Partial<ConnectionState>) => void;
  readonly onCreds: () => void;
  readonly onMessages: (messages: readonly WAMessage[]) => void;
  /** WhatsApp took a message, or says why not. */
  readonly onAcknowledged: (id: string, error: string | undefined) => void;
  readonly onReceipt: (receipt: {
    readonly jid: string;
    readonly id: string;
    readonly state: 'delivered' | 'read';
  }) => void;
  /** A message of ours, for a device that could not read it. */
  readonly findSent: (id: string) => proto.IMessage | undefined;
}

/** What this program needs of Baileys: the whole seam between them. */
export interface Library extends AuthLibrary {
  connect(auth: AuthenticationState, listener: Listener): Connection;
  /** The bytes of a file, opened. Throws where it is there no more. */
  download(ref: {
    readonly type: string;
    readonly directPath: string;
    readonly mediaKey: Uint8Array;
  }): Promise<AsyncIterable<Uint8Array>>;
}
