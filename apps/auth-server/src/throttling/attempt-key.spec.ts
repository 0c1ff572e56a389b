import { describe, expect, it } from 'vitest';
import { attemptKey, networkOf } from './attempt-key.js';

describe('networkOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('attemptKey', () => {
  it('differs by client and by network, and shows neither', () => {
    const keys = [
      attemptKey('worker', '192.0.2.7'),
      attemptKey('worker', '192.0.2.8'),
      attemptKey('operator', '192.0.2.7'),
      attemptKey('worker', '2001:db8:1:2::1'),
      attemptKey('', '192.0.2.7'),
    ];

    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
  });

  it('is the same for all addresses of an IPv6 network', () => {
    expect(attemptKey('worker', '2001:db8:1:2::1')).toBe(attemptKey('worker', '2001:db8:1:2:a::'));
  });
});
