import { describe, expect, it } from 'vitest';
import { normalTarget } from './request-target.js';

describe('the target of a request', () => {
  it.each([
    ['/oauth2/token', '/oauth2/token'],
    ['/orders?status=%70ending', '/orders?status=%70ending'],
    ['http://api.example/orders?limit=1', '/orders?limit=1'],
    ['HTTPS://api.example:8443/orders', '/orders'],
    ['http://api.example', '/'],
    ['http://api.example?limit=1', '/?limit=1'],
    ['/%6fauth2/%74oken', '/oauth2/token'],
    ['/%4F%2D%2E%5F%7E%39', '/O-._~9'],
    // What means something else when it is decoded, or is broken, stays.
    ['/orders%2F1%3Fa%25%00%7F', '/orders%2F1%3Fa%25%00%7F'],
    ['/%', '/%'],
    ['/%zz%C3%A9', '/%zz%C3%A9'],
    ['*', '*'],
    ['ftp://api.example/orders', 'ftp://api.example/orders'],
  ])('%s is %s', (target, normal) => {
    expect(normalTarget(target)).toBe(normal);
  });
});
