/** The scopes of the orders API, each with what it allows. */
export const orderScopes = {
  'orders:read': 'Read all orders',
  'orders:write': 'Create orders',
  'orders:bill': 'Record that an order has been billed',
} as const;

export type OrderScope = keyof typeof orderScopes;
