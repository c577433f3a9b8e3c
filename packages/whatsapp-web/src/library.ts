import type { AuthenticationState, ConnectionState, proto, WAMessage } from 'baileys';
import type { AuthLibrary } from './auth-state.ts';

/** What is sent: words, words in the place of others, a deletion, a reaction. */
export type Sending =
  | { readonly text: string; readonly edit?: proto.IMessageKey }
  | { readonly delete: proto.IMessageKey }
  | { readonly react: { readonly text: string; readonly key: proto.IMessageKey } };

/** One connection of the device. */
export interface Connection {
  readonly self: { readonly id: string; readonly lid?: string; readonly name?: string } | undefined;
  /** Resolves when it left; what became of it comes by `onAcknowledged`. */
  send(
    jid: string,
    content: Sending,
    options: { readonly messageId: string; readonly quoted?: WAMessage },
  ): Promise<void>;
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
