import type { TcpNetConnectOpts } from 'node:net';
import { callbackify } from 'node:util';
import type { buildConnector } from 'undici';
import type { Guard, Place } from './guard.ts';
import { isAddress } from './address.ts';

export type Connector = buildConnector.connector;
/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: 4 | 6 }[]>;

type Lookup = NonNullable<TcpNetConnectOpts['lookup']>;

/**
 * A connector for undici that checks where it dials at the moment it dials: a name is resolved once, every address is checked,
 * exactly these are dialled, and the socket's peer is checked before a byte of the request is sent. So a second answer of the name server
 * (rebinding) is never asked for.
 */
export function createGuardedConnector(deps: {
  readonly guard: Guard;
  readonly resolve: Resolve;
  /** undici's own connector, dialling what `lookup` finds. */
  readonly build: (lookup: Lookup) => Connector;
}): Connector {
  return (options, callback) => {
    const place: Place = { ...options, hostname: options.hostname.toLowerCase() };
    try {
      if (isAddress(place.hostname)) deps.guard.checkResolved(place, [place.hostname]);
    } catch (error) {
      callback(toError(error), null);
      return;
    }
    const dial = deps.build(createLookup(deps, place));
    dial(options, (...result) => {
      const socket = result[1];
      if (!socket) {
        callback(...result);
        return;
      }
      try {
        deps.guard.checkPeer(place, socket.remoteAddress);
      } catch (error) {
        socket.destroy();
        callback(toError(error), null);
        return;
      }
      callback(null, socket);
    });
  };
}

/** `dns.lookup` as `net.connect` calls it. https://nodejs.org/api/net.html#socketconnectoptions-connectlistener */
function createLookup(deps: { guard: Guard; resolve: Resolve }, place: Place): Lookup {
  const findChecked = callbackify(async (hostname: string) => {
    const found = await deps.resolve(hostname);
    deps.guard.checkResolved(
      place,
      found.map(({ address }) => address),
    );
    return found;
  });
  return (hostname, options, callback) => {
    findChecked(hostname, (error: Error | null, found) => {
      const [first] = error ? [] : found;
      if (!first) callback(error ?? new Error(`${hostname} has no address`), []);
      else if (options.all) callback(null, [...found]);
      else callback(null, first.address, first.family);
    });
  };
}

function toError(error: unknown): Error {
  return error instanceof Error
    ? error
    : new Error('The address could not be checked.', { cause: error });
}
