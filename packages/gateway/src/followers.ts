/** Whoever hears of sessions: a socket. `send` gets the payload as JSON text, made once for all. */
export interface Subscriber {
  send(event: string, payloadJson: string): void;
}

/** A reader that comes from its cursor to now by reading rows: meanwhile nothing durable reaches it live, afterwards nothing that it read. */
export interface CatchUp {
  /** The highest durable event that was kept from it since it began. */
  missed(): number;
  /** From here on it hears live events; `read` is the last durable event it has. */
  goLive(read: number): void;
}

/** Who hears of which session. */
export interface Followers {
  follow(subscriber: Subscriber, sessionKey: string): void;
  followAll(subscriber: Subscriber, all: boolean): void;
  unfollow(subscriber: Subscriber): void;
  /** Follows too. */
  catchUp(subscriber: Subscriber, sessionKey: string): CatchUp;
  hear(sessionKey: string): boolean;
  /** `eventSeq`: the session's number of a durable event. A `passing` event is one that a snapshot replaces. */
  send(
    sessionKey: string,
    frame: { readonly event: string; readonly payload: unknown },
    order: { readonly eventSeq: number | undefined; readonly passing: boolean },
  ): void;
}

/** Undefined `read`: it still reads rows. */
interface Behind {
  missed: number;
  read: number | undefined;
}
interface Session {
  readonly subscribers: Set<Subscriber>;
  readonly behind: Map<Subscriber, Behind>;
}

/** A reader that follows more hears no more of the one it followed first. */
const mostFollowed = 1000;

export function createFollowers(): Followers {
  const sessions = new Map<string, Session>();
  const followed = new Map<Subscriber, Set<string>>();
  const everything = new Set<Subscriber>();
  const drop = (subscriber: Subscriber, sessionKey: string): void => {
    const session = sessions.get(sessionKey);
    session?.subscribers.delete(subscriber);
    session?.behind.delete(subscriber);
    if (session?.subscribers.size === 0) sessions.delete(sessionKey);
  };
  const follow = (subscriber: Subscriber, sessionKey: string): Session => {
    const own = followed.get(subscriber) ?? new Set();
    followed.set(subscriber, own.add(sessionKey));
    const [first] = own;
    if (own.size > mostFollowed && first !== undefined) {
      own.delete(first);
      drop(subscriber, first);
    }
    const session = sessions.get(sessionKey) ?? { subscribers: new Set(), behind: new Map() };
    sessions.set(sessionKey, session);
    session.subscribers.add(subscriber);
    return session;
  };
  return {
    follow: (subscriber, sessionKey) => void follow(subscriber, sessionKey),
    followAll(subscriber, all) {
      if (all) everything.add(subscriber);
      else everything.delete(subscriber);
    },
    unfollow(subscriber) {
      everything.delete(subscriber);
      for (const sessionKey of followed.get(subscriber) ?? []) drop(subscriber, sessionKey);
      followed.delete(subscriber);
    },
    catchUp(subscriber, sessionKey) {
      const own: Behind = { missed: 0, read: undefined };
      follow(subscriber, sessionKey).behind.set(subscriber, own);
      return {
        missed: () => own.missed,
        goLive: (read) => void (own.read = read),
      };
    },
    hear: (sessionKey) => everything.size > 0 || sessions.has(sessionKey),
    send(sessionKey, { event, payload }, order) {
      const session = sessions.get(sessionKey);
      if (!session && everything.size === 0) return;
      const json = JSON.stringify(payload);
      for (const subscriber of session?.subscribers ?? [])
        if (!session || !keepsBack(session.behind, subscriber, order)) subscriber.send(event, json);
      for (const subscriber of everything)
        if (!session?.subscribers.has(subscriber)) subscriber.send(event, json);
    },
  };
}

/** Whether the rows tell the reader of this event: it is still reading them, or it has read this one. */
function keepsBack(
  behind: Session['behind'],
  subscriber: Subscriber,
  { eventSeq, passing }: { readonly eventSeq: number | undefined; readonly passing: boolean },
): boolean {
  const reader = behind.get(subscriber);
  if (!reader) return false;
  if (reader.read === undefined) {
    reader.missed = Math.max(reader.missed, eventSeq ?? 0);
    return passing || eventSeq !== undefined;
  }
  return eventSeq !== undefined && eventSeq <= reader.read;
}
