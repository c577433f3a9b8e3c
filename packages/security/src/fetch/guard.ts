import { CuttleError } from '@cuttle/core-types/errors';
import { isAddress, isInternalName, isPublicAddress } from './address.ts';

/** Decides on addresses before and after they are resolved. Contract: whatever is not surely public throws `fetch.blocked`. */
export interface Guard {
  checkUrl(url: URL): void;
  /** Addresses a name resolved to: one that is not public spoils them all, since which one is dialled is not ours to say. */
  checkResolved(place: Place, addresses: readonly string[]): void;
  /** The other end of the socket, as the kernel tells it. */
  checkPeer(place: Place, address: string | undefined): void;
}

export interface Place {
  readonly hostname: string;
  /** Empty for the default of the scheme. */
  readonly port: string;
  readonly protocol: string;
}

export interface GuardOptions {
  /** Internal places the owner named: `host` or `host:port`. */
  readonly allow: readonly string[];
  /** Ports that may be dialled; absent: any. */
  readonly ports?: readonly number[] | undefined;
}

export function createGuard(options: GuardOptions): Guard {
  const named = new Set(options.allow.map((entry) => toBare(entry.trim())));
  const isNamed = (place: Place): boolean =>
    named.has(bareHost(place)) || named.has(`${bareHost(place)}:${portOf(place)}`);
  return {
    checkUrl(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw blocked(url, 'only http and https addresses are fetched');
      if (url.username !== '' || url.password !== '')
        throw blocked(url, 'an address with a login in it is not fetched');
      if (isNamed(url)) return;
      if (options.ports && !options.ports.includes(portOf(url)))
        throw blocked(url, `port ${portOf(url)} is not open to the agent`);
      const internal = isAddress(url.hostname)
        ? !isPublicAddress(url.hostname)
        : isInternalName(url.hostname);
      if (internal) throw blocked(url, 'it is an internal address');
    },
    checkResolved(place, addresses) {
      if (isNamed(place)) return;
      if (addresses.length === 0 || !addresses.every(isPublicAddress))
        throw blocked(place, 'its name leads to an internal address');
    },
    checkPeer(place, address) {
      if (isNamed(place)) return;
      if (address === undefined || !isPublicAddress(address))
        throw blocked(place, 'the connection led to an internal address');
    },
  };
}

function blocked(place: Place, why: string): CuttleError {
  return new CuttleError(
    'fetch.blocked',
    `${place.hostname || 'This address'} was not fetched: ${why}.`,
    {
      details: { host: place.hostname },
    },
  );
}

function bareHost(place: Place): string {
  return toBare(place.hostname).replace(/\.$/, '');
}

function toBare(host: string): string {
  return host.toLowerCase().replaceAll(/[[\]]/g, '');
}

function portOf(place: Place): number {
  if (place.port !== '') return Number(place.port);
  return place.protocol === 'https:' ? 443 : 80;
}
