import { describe, expect, it } from 'vitest';
import {
  addressRanges,
  internalUrl,
  issuerIdentifier,
  namesOf,
  port,
  postgresUrl,
  seconds,
  serviceUrl,
  webOrigins,
  wholeNumber,
} from './fields.js';

describe('serviceUrl', () => {
  it.each([
    'https://issuer.example',
    'https://issuer.example:8443/tenant/a',
    'http://localhost:3000',
    'http://auth.localhost',
    'http://127.0.0.1:3000',
    'http://127.3.2.1',
    'http://[::1]:3000',
  ])('accepts %s', (value) => {
    expect(serviceUrl().parse(value)).toBe(value);
  });

  it.each([
    ['http://issuer.example', 'must use https'],
    ['http://127.0.0.1.evil.example', 'must use https'],
    ['http://localhost.evil.example', 'must use https'],
    ['http://evil-localhost', 'must use https'],
    ['ftp://issuer.example', 'must be an absolute https URL'],
    ['issuer.example', 'must be an absolute https URL'],
    ['/oauth2', 'must be an absolute https URL'],
    ['https://issuer.example?tenant=a', 'no query'],
    ['https://issuer.example?', 'no query'],
    ['https://issuer.example#part', 'no fragment'],
    ['https://user@issuer.example', 'no credentials'],
    ['https://:password@issuer.example', 'no credentials'],
    ['https://issuer.example/', 'must be in its shortest form'],
    ['https://issuer.example/tenant/', 'must be in its shortest form'],
    ['https://issuer.example/caf%C3%A9', 'that need encoding'],
  ])('refuses %s: it %s', (value, reason) => {
    expect(faultsOf(serviceUrl(), value)).toEqual([expect.stringContaining(reason)]);
  });

  // A URL parser mends these, but an identifier is compared as it was written.
  it.each([' https://issuer.example', 'https://issuer.example/ ', 'https:issuer.example'])(
    'refuses "%s", which is a URL only after mending',
    (value) => {
      expect(serviceUrl().safeParse(value).success).toBe(false);
    },
  );
});

describe('webOrigins', () => {
  it('is empty unless it is set', () => {
    expect(webOrigins().parse(undefined)).toEqual([]);
  });

  it('takes exact origins, separated by commas', () => {
    expect(
      webOrigins().parse('https://a.example, https://b.example:8443,http://localhost:3001'),
    ).toEqual(['https://a.example', 'https://b.example:8443', 'http://localhost:3001']);
  });

  it.each([
    '*',
    'null',
    'https://*.example',
    'http://a.example',
    'https://a.example/',
    'https://a.example/docs',
    'https://A.example',
    'https://a.example:443',
    'https://user@a.example',
    'a.example',
    'file:///docs',
    'https://a.example,',
    'https://a.example https://b.example',
  ])('refuses %s', (value) => {
    expect(faultsOf(webOrigins(), value)).toEqual([
      expect.stringMatching(/^must be exact origins/),
    ]);
  });
});

describe('namesOf', () => {
  const names = namesOf(['one', 'two', 'three']);

  it('is empty unless it is set', () => {
    expect(names.parse(undefined)).toEqual([]);
    expect(names.parse(' , ')).toEqual([]);
  });

  it.each(['one,three', 'one three', ' one ,  three,', 'one\nthree'])('takes "%s"', (value) => {
    expect(names.parse(value)).toEqual(['one', 'three']);
  });

  it('refuses each unknown name by its place, and does not repeat it', () => {
    const faults = faultsOf(names, 'one, hunter2, two, ONE');

    expect(faults).toEqual([
      'name 2 of the list is none of one, two, three',
      'name 4 of the list is none of one, two, three',
    ]);
  });
});

describe('addressRanges', () => {
  it('is empty unless it is set', () => {
    expect(addressRanges().parse(undefined)).toEqual([]);
  });

  it.each([
    ['10.1.2.3', ['10.1.2.3']],
    ['10.1.0.0/16, 192.0.2.1', ['10.1.0.0/16', '192.0.2.1']],
    ['::1,2001:db8::/32,fd00::/8', ['::1', '2001:db8::/32', 'fd00::/8']],
  ])('reads %s', (value, ranges) => {
    expect(addressRanges().parse(value)).toEqual(ranges);
  });

  it.each([
    'proxy.example',
    'loopback',
    'true',
    '1',
    '10.1',
    '10.1.2.3/33',
    '10.1.2.3/0',
    '0.0.0.0/00',
    '::/0',
    '::/129',
    '10.1.2.3/255.255.0.0',
    '10.1.2.3,',
  ])('refuses %s', (value) => {
    expect(faultsOf(addressRanges(), value)).toEqual([expect.stringContaining('must be IP')]);
  });
});

describe('wholeNumber', () => {
  const field = wholeNumber({ min: 1, max: 90, standard: 30 });

  it('reads a number within its bounds, and has a standard', () => {
    expect(field.parse('1')).toBe(1);
    expect(field.parse('90')).toBe(90);
    expect(field.parse(undefined)).toBe(30);
  });

  it.each(['0', '91', '1.5', 'many'])('refuses %s', (value) => {
    expect(field.safeParse(value).success).toBe(false);
  });
});

describe('internalUrl', () => {
  it.each([
    'http://auth-server:3000/oauth2/token',
    'http://auth-server.payments.svc:3000',
    'http://[::1]:3000/oauth2/token',
    'https://[2001:db8::1]/oauth2/token',
    'https://auth.example/oauth2/token',
  ])('accepts %s, as inside a network of containers', (value) => {
    expect(internalUrl().parse(value)).toBe(value);
  });

  it.each([
    'ftp://auth-server',
    'auth-server:3000',
    '/oauth2/token',
    'http://auth-server/#a',
    'http://auth-server/?a',
    'http://user:secret@auth-server',
    'http://auth-server/',
    'http://auth.example/oauth2/token',
    'http://203.0.113.5/oauth2/token',
    'http://[2001:db8::1]/oauth2/token',
  ])('refuses %s', (value) => {
    expect(internalUrl().safeParse(value).success).toBe(false);
  });
});

describe('issuerIdentifier', () => {
  it.each(['https://tenant.example', 'https://tenant.example/', 'https://auth.example/realms/a/'])(
    'takes %s as it is',
    (value) => {
      expect(issuerIdentifier().parse(value)).toBe(value);
    },
  );

  it.each(['http://tenant.example/', 'https://Tenant.example/'])('refuses %s', (value) => {
    expect(issuerIdentifier().safeParse(value).success).toBe(false);
  });
});

describe('postgresUrl', () => {
  it.each(['postgres://user:pw@localhost:5432/orders', 'postgresql://localhost/orders'])(
    'accepts %s',
    (value) => {
      expect(postgresUrl().parse(value)).toBe(value);
    },
  );

  it.each(['mysql://localhost/orders', 'localhost:5432/orders', 'orders'])(
    'refuses %s',
    (value) => {
      expect(faultsOf(postgresUrl(), value)).toEqual(['must be a postgres:// URL']);
    },
  );
});

describe('seconds', () => {
  const field = seconds({ min: 10, max: 600, standard: 300 });

  it('accepts whole numbers from the least to the most', () => {
    expect([field.parse('10'), field.parse('600')]).toEqual([10, 600]);
  });

  it('has a standard value', () => {
    expect(field.parse(undefined)).toBe(300);
  });

  it.each([
    ['9', 'must be at least 10 seconds'],
    ['601', 'must be at most 600 seconds'],
    ['10.5', 'must be a whole number of seconds'],
    ['5m', 'must be a number of seconds'],
  ])('refuses %s: it %s', (value, reason) => {
    expect(faultsOf(field, value)).toEqual([reason]);
  });
});

describe('port', () => {
  it.each([
    ['1', 1],
    ['65535', 65_535],
    [undefined, 3000],
  ])('reads %s as %d', (value, expected) => {
    expect(port(3000).parse(value)).toBe(expected);
  });

  it.each(['0', '65536', '-1', '80.5', 'http'])('refuses %s', (value) => {
    expect(port(3000).safeParse(value).success).toBe(false);
  });
});

interface Field {
  safeParse(value: unknown): { error?: { issues: { message: string }[] } | undefined };
}

function faultsOf(field: Field, value: string): string[] {
  return field.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}
