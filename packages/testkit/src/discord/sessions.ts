import { randomBytes } from 'node:crypto';
import type { Json } from '@cuttle/core-types';
import type { Changes } from '../signals.ts';
import type { WireDispatch } from './wire.ts';

/** Where a session's events go while its socket is open. */
export interface Outlet {
  send(payload: object): void;
  close(code: number, reason: string): void;
  /** Cuts the connection without a word. */
  cut(): void;
}

/** What the bot is told between two Identifies; it lives on without a socket until it expires. */
export interface GatewaySession {
  readonly id: string;
  readonly intents: number;
  /** All events since Ready, for a resume. */
  readonly events: readonly WireDispatch[];
  readonly lastSeq: number;
  /** The highest number the bot named, in a heartbeat or a resume. */
  readonly acknowledgedSeq: number;
  readonly connected: boolean;
  readonly resumable: boolean;
}

export interface SessionState extends GatewaySession {
  events: WireDispatch[];
  lastSeq: number;
  acknowledgedSeq: number;
  outlet: Outlet | undefined;
  resumable: boolean;
}

/** An event as it is for a session of these intents; undefined where the session is not told. */
export type EventFor = (intents: number) => { readonly t: string; readonly d: Json } | undefined;

export interface Sessions {
  readonly all: readonly GatewaySession[];
  create(intents: number, outlet: Outlet): SessionState;
  find(id: string): SessionState | undefined;
  /** Tells one session. */
  tell(session: SessionState, event: { readonly t: string; readonly d: Json }): WireDispatch;
  /** Tells every live session; the event as the newest was told. */
  publish(event: EventFor): WireDispatch | undefined;
  /** The live session that was begun last. */
  current(): SessionState | undefined;
}

export function createSessions(deps: { changes: Changes }): Sessions {
  const all: SessionState[] = [];
  const tell: Sessions['tell'] = (session, event) => {
    session.lastSeq += 1;
    const dispatch: WireDispatch = { op: 0, s: session.lastSeq, ...event };
    session.events.push(dispatch);
    session.outlet?.send(dispatch);
    deps.changes.notify();
    return dispatch;
  };
  return {
    all,
    create(intents, outlet) {
      const session: SessionState = {
        id: randomBytes(16).toString('hex'),
        intents,
        events: [],
        lastSeq: 0,
        acknowledgedSeq: 0,
        outlet,
        resumable: true,
        get connected() {
          return session.outlet !== undefined;
        },
      };
      all.push(session);
      return session;
    },
    find: (id) => all.find((session) => session.id === id),
    tell,
    publish(event) {
      let last: WireDispatch | undefined;
      for (const session of all) {
        const isLive = session.resumable || session.outlet !== undefined;
        const own = isLive ? event(session.intents) : undefined;
        if (own !== undefined) last = tell(session, own);
      }
      return last;
    },
    current: () => all.findLast(({ resumable, outlet }) => resumable || outlet !== undefined),
  };
}
