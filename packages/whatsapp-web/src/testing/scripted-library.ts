import type { AuthenticationCreds, ConnectionState, WAMessage } from 'baileys';
import type { Connection, Library, Listener } from '../library.ts';

/** A connection that the program made, and what WhatsApp does on it. */
export interface ScriptedConnection {
  readonly listener: Listener;
  readonly sent: { readonly jid: string; readonly content: unknown; readonly options: object }[];
  readonly typing: string[];
  readonly read: (string | null | undefined)[];
  isEnded: boolean;
  /** The account is connected. */
  open(): void;
  /** A code was scanned: the credentials name the account from now on. */
  pair(): void;
  close(status: number, message?: string): void;
  say(...messages: readonly WAMessage[]): void;
}

export interface ScriptedLibrary extends Library {
  readonly connections: readonly ScriptedConnection[];
  /** What a sending comes to: taken at once, a code of refusal, or nothing. */
  answer: 'taken' | 'silence' | { readonly error: string };
  files: Map<string, readonly Uint8Array[]>;
  logOuts: number;
}

export const me = { id: '15550783881:7@s.whatsapp.net', lid: '99887766:7@lid', name: 'Cuttle' };

/** WhatsApp as the program sees it, by the shapes that Baileys 7.0.0-rc14 gives. */
// oxlint-disable-next-line max-lines-per-function -- one scripted world and the few calls over it read best together
export function createScriptedLibrary(): ScriptedLibrary {
  const connections: ScriptedConnection[] = [];
  const library: ScriptedLibrary = {
    connections,
    answer: 'taken',
    files: new Map(),
    logOuts: 0,
    // What the program itself reads of them.
    makeCreds: () => ({ registrationId: 7 }) as AuthenticationCreds,
    toText: (value) =>
      JSON.stringify(value, (_, one: unknown) =>
        one instanceof Uint8Array ? { bytes: Buffer.from(one).toString('hex') } : one,
      ),
    fromText: (text): unknown =>
      // Written by `toText`.
      JSON.parse(text, (_, one: unknown) =>
        typeof one === 'object' && one !== null && 'bytes' in one
          ? new Uint8Array(Buffer.from(String(one.bytes), 'hex'))
          : one,
      ),
    toAppStateKey: (value) => ({ app: value }),
    connect(auth, listener) {
      const state = (news: Partial<ConnectionState>): void => listener.onState(news);
      const scripted: ScriptedConnection = {
        listener,
        sent: [],
        typing: [],
        read: [],
        isEnded: false,
        open: () => state({ connection: 'open' }),
        pair() {
          Object.assign(auth.creds, { me });
          listener.onCreds();
        },
        close(status, message = 'Stream Errored') {
          const error = Object.assign(new Error(message), { output: { statusCode: status } });
          state({ connection: 'close', lastDisconnect: { error, date: new Date(0) } });
        },
        say: (...messages) => listener.onMessages(messages),
      };
      connections.push(scripted);
      const connection: Connection = {
        get self() {
          return auth.creds.me && me;
        },
        send(jid, content, options) {
          scripted.sent.push({ jid, content, options });
          const { answer } = library;
          if (answer !== 'silence')
            listener.onAcknowledged(
              options.messageId,
              answer === 'taken' ? undefined : answer.error,
            );
          const left = 'text' in content ? undefined : { conversation: 'on the wire' };
          return Promise.resolve(left);
        },
        markRead(keys) {
          scripted.read.push(...keys.map(({ id }) => id));
          return Promise.resolve();
        },
        showTyping(jid) {
          scripted.typing.push(jid);
          return Promise.resolve();
        },
        logOut() {
          library.logOuts += 1;
          return Promise.resolve();
        },
        end() {
          scripted.isEnded = true;
        },
      };
      return connection;
    },
    download({ directPath }) {
      const chunks = library.files.get(directPath);
      if (chunks === undefined)
        return Promise.reject(new Error(`Failed to fetch stream from ${directPath}: 410`));
      return Promise.resolve(
        (async function* give(): AsyncGenerator<Uint8Array> {
          yield* chunks;
        })(),
      );
    },
  };
  return library;
}
