import { describe, expect, it } from 'vitest';
import { serviceNames } from './service-names.ts';

describe('the names of a resource server', () => {
  it('are all derived from one', () => {
    expect(serviceNames('card-payments-api')).toEqual({
      name: 'card-payments-api',
      constant: 'CARD_PAYMENTS_API',
      className: 'CardPaymentsApi',
      propertyName: 'cardPaymentsApi',
      title: 'Card payments API',
      resources: 'card-payments',
      ResourcesClass: 'CardPayments',
      resourcesProperty: 'cardPayments',
      resource: 'card-payment',
      ResourceClass: 'CardPayment',
      resourceProperty: 'cardPayment',
      words: 'card payment',
      wordsOfMany: 'card payments',
      database: 'card_payments',
      databaseUrlVariable: 'CARD_PAYMENTS_DATABASE_URL',
      table: 'card_payment',
    });
  });

  it.each([
    ['payments-api', 'payment'],
    ['deliveries-api', 'delivery'],
    ['batches-api', 'batch'],
    ['addresses-api', 'address'],
    ['stock-api', 'stock'],
    ['access-api', 'access'],
  ])('%s holds many of a %s', (name, resource) => {
    expect(serviceNames(name).resource).toBe(resource);
  });

  it.each([
    'payments',
    'Payments-api',
    'payments_api',
    '-api',
    '2-api',
    'a--b-api',
    'a/b-api',
    '../a-api',
    '',
  ])('%j is refused', (name) => {
    expect(() => serviceNames(name)).toThrow('is no name for a resource server');
  });

  it('are words that code can be made of', () => {
    expect(() => serviceNames('cases-api')).toThrow('a word of TypeScript');
  });

  it.each(['posts-api', 'queries-api', 'bodies-api', 'controllers-api'])(
    'are not those that its code has something else for: %s',
    (name) => {
      expect(() => serviceNames(name)).toThrow('its code has something else for');
    },
  );

  it.each(['pg-sync-api', 'public-api', 'none-api', 'postgres-api', 'template1-api'])(
    'are not those that PostgreSQL keeps for itself: %s',
    (name) => {
      expect(() => serviceNames(name)).toThrow('PostgreSQL keeps that name for itself');
    },
  );

  it('may be words of SQL', () => {
    expect(serviceNames('users-api').table).toBe('user');
  });
});
