import { describe, expect, it } from 'vitest';
import { isInternalName, isPublicAddress } from './address.ts';

describe('isPublicAddress', () => {
  it.each([
    '8.8.8.8',
    '100.128.0.1',
    '169.253.0.1',
    '198.51.101.1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2606:4700:4700::1111',
    '[2606:4700:4700::1111]',
  ])('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.8.9.10'],
    ['private', '10.0.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local and metadata', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['metadata of Oracle', '192.0.0.192'],
    ['metadata of Azure', '168.63.129.16'],
    ['documentation', '203.0.113.5'],
    ['benchmarking', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['IPv6 loopback', '::1'],
    ['IPv6 unspecified', '::'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped in hex', '::ffff:a9fe:a9fe'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['NAT64 to loopback', '64:ff9b::127.0.0.1'],
    ['local NAT64', '64:ff9b:1::808:808'],
    ['unique local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:0:0:0:0:80ff:fefe'],
    ['ISATAP', '2600:1234::5efe:7f00:1'],
    ['documentation', '2001:db8::1'],
    ['discard', '100::1'],
    ['multicast', 'ff02::1'],
    ['legacy spelling', '0x7f.0.0.1'],
    ['legacy spelling', '8.8.2056'],
    ['leading zeros', '08.0.0.1'],
    ['no address', 'example.com'],
    ['nothing', ''],
  ])('refuses %s %s', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('isInternalName', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    'ip6-loopback',
    'metadata.google.internal',
    'printer.local',
    'db',
    'nas.lan',
    'x.home.arpa',
  ])('knows %s', (name) => {
    expect(isInternalName(name)).toBe(true);
  });

  it.each(['example.com', 'local.example.com', 'localhost.example.com', 'mylocal.dev'])(
    'lets %s pass',
    (name) => {
      expect(isInternalName(name)).toBe(false);
    },
  );
});
