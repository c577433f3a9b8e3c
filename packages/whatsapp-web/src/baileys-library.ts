import baileys, {
  type ConnectionState,
  type MediaType,
  type WAMessageUpdate,
  BufferJSON,
  downloadContentFromMessage,
  initAuthCreds,
  proto,
} from 'baileys';
import type { Library } from './library.ts';

/** The line of Baileys' own log that is worth a word: its warnings. */
export interface Warn {
  (words: string): void;
}

/** Baileys behind the seam. https://baileys.wiki */
export function createBaileysLibrary(warn: Warn): Library {
  const logger = createLogger(warn);
  return {
    makeCreds: initAuthCreds,
    toText: (value) => JSON.stringify(value, BufferJSON.replacer),
    // Written by `toText`; whoever reads says what it is.
    fromText: (text): unknown => JSON.parse(text, BufferJSON.reviver),
    toAppStateKey: (value) =>
      // As it was stored.
      proto.Message.AppStateSyncKeyData.fromObject(value as Record<string, unknown>),
    connect(auth, listener) {
      const socket = baileys({
        auth,
        logger,
        // The phone goes on telling of messages.
        markOnlineOnConnect: false,
        syncFullHistory: false,
        shouldSyncHistoryMessage: () => false,
        generateHighQualityLinkPreview: false,
        getMessage: ({ id }) => Promise.resolve(listener.findSent(id ?? '')),
      });
      socket.ev.on('connection.update', (state: Partial<ConnectionState>) =>
        listener.onState(state),
      );
      socket.ev.on('creds.update', () => listener.onCreds());
      socket.ev.on('messages.upsert', ({ messages }) => listener.onMessages(messages));
      socket.ev.on('messages.update', (updates) => tellReceipts(updates, listener));
      socket.ws.on('CB:ack,class:message', (node: { readonly attrs: Record<string, string> }) =>
        listener.onAcknowledged(node.attrs['id'] ?? '', node.attrs['error']),
      );
      return {
        get self() {
          const me = auth.creds.me;
          return me && { id: me.id, lid: me.lid ?? '', name: me.name ?? '' };
        },
        async send(jid, content, options) {
          const sent = await socket.sendMessage(jid, content, options);
          return sent?.message ?? undefined;
        },
        markRead: (keys) => socket.readMessages([...keys]),
        showTyping: (jid) => socket.sendPresenceUpdate('composing', jid),
        logOut: () => socket.logout(),
        end: () => void socket.end(undefined),
      };
    },
    // One of the types that it gave a message itself.
    download: ({ type, ...file }) => downloadContentFromMessage(file, type as MediaType),
  };
}

const { DELIVERY_ACK: delivered, READ: read, PLAYED: played } = proto.WebMessageInfo.Status;

function tellReceipts(
  updates: readonly WAMessageUpdate[],
  { onReceipt }: Parameters<Library['connect']>[1],
): void {
  for (const { key, update } of updates) {
    const { status } = update;
    if (key.fromMe !== true || !key.id || !key.remoteJid) continue;
    if (status === delivered) onReceipt({ jid: key.remoteJid, id: key.id, state: 'delivered' });
    if (status === read || status === played)
      onReceipt({ jid: key.remoteJid, id: key.id, state: 'read' });
  }
}

/** Its log holds what people write: only the words of its warnings go on. */
function createLogger(warn: Warn): {
  level: string;
  child(): ReturnType<typeof createLogger>;
  trace(): void;
  debug(): void;
  info(): void;
  warn(fields: unknown, words?: string): void;
  error(fields: unknown, words?: string): void;
} {
  const quiet = (): void => {};
  const tell = (_fields: unknown, words?: string): void => {
    if (words !== undefined) warn(words);
  };
  const logger = {
    level: 'warn',
    child: () => logger,
    trace: quiet,
    debug: quiet,
    info: quiet,
    warn: tell,
    error: tell,
  };
  return logger;
}
