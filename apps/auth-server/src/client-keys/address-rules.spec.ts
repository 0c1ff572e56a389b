import { describe, expect, it } from 'vitest';
import { kindOfAddress } from './address-rules.js';

describe('kindOfAddress', () => {
  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    'calls %s public',
    (address) => {
      expect(kindOfAddress(address)).toBe('public');
    },
  );

  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine', '127.255.1.2'],
    ['this machine', '::1'],
    ['this machine within IPv6', '::ffff:127.0.0.1'],
    ['a private network', '10.0.0.1'],
    ['a private network', '172.16.0.1'],
    ['a private network', '172.31.255.255'],
    ['a private network', '192.168.1.1'],
    ['a private network within IPv6', '::ffff:a00:1'],
    ['a unique local address', 'fd12:3456::1'],
    ['a shared network', '100.64.0.1'],
  ])('calls %s private: %s', (_kind, address) => {
    expect(kindOfAddress(address)).toBe('private');
  });

  it.each([
    ['any address of this machine', '0.0.0.0'],
    ['any address of this machine', '::'],
    ['a metadata service', '169.254.169.254'],
    ['a metadata service', '100.100.100.200'],
    ['a metadata service', '168.63.129.16'],
    ['a metadata service', 'fd00:ec2::254'],
    ['a metadata service', 'fd20:ce:0:0::254'],
    ['a metadata service within IPv6', '::ffff:168.63.129.16'],
    ['a metadata service within IPv6', '::ffff:a9fe:a9fe'],
    ['a link-local address', 'fe80::1'],
    ['a link-local address with its zone', 'fe80::1%eth0'],
    ['a site-local address', 'fec0::1'],
    ['multicast', '224.0.0.251'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['documentation', '192.0.2.1'],
    ['documentation', '2001:db8::1'],
    ['benchmarking', '198.18.0.1'],
    ['the future', '240.0.0.1'],
    ['a private address behind NAT64', '64:ff9b::a00:1'],
    ['a private address in 6to4', '2002:a00:1::1'],
    ['Teredo', '2001::1'],
    ['no address', 'localhost'],
    ['no address', ''],
  ])('accepts %s for neither: %s', (_kind, address) => {
    expect(kindOfAddress(address)).toBeUndefined();
  });
});
