import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Whether an address literal is one of the open internet. Everything with a special meaning is not: private, loopback,
 * link-local, carrier-grade NAT, multicast, reserved, documentation, tunnels. An IPv4 address inside IPv6 counts as itself.
 * https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
 */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) === 0) return false;
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return isPublicV4(parsed);
  // https://www.rfc-editor.org/rfc/rfc6052: networks without IPv4 reach it under this prefix.
  const wellKnownNat64 = ipaddr.parseCIDR('64:ff9b::/96');
  const bytes = parsed.toByteArray();
  if (parsed.match(wellKnownNat64)) return isPublicV4(ipaddr.fromByteArray(bytes.slice(12)));
  // https://www.iana.org/assignments/ipv6-unicast-address-assignments: all that was ever given out is in 2000::/3.
  return parsed.range() === 'unicast' && (bytes[0] ?? 0) >> 5 === 1 && !isTunnelled(bytes);
}

/** An IPv4 address behind any prefix. https://www.rfc-editor.org/rfc/rfc5214#section-6.1 */
function isTunnelled(bytes: readonly number[]): boolean {
  return (
    ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe
  );
}

function isPublicV4(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.range() === 'unicast' && address.toString() !== azureWireServer;
}

/** A host agent behind a public-looking address. https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const azureWireServer = '168.63.129.16';

export function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

/**
 * Names that never mean a host of the open internet: names without a dot, and the special-use domains of
 * https://www.iana.org/assignments/special-use-domain-names with the one that ICANN reserved for private use, `internal`.
 */
export function isInternalName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return !name.includes('.') || internalDomains.some((domain) => name.endsWith(`.${domain}`));
}

const internalDomains = [
  'localhost',
  'local',
  'internal',
  'home.arpa',
  'localdomain',
  'lan',
  'intranet',
  'private',
  'corp',
  'home',
  'test',
  'invalid',
  'onion',
] as const;
