/** What the scopes of the demo allow. */
const SCOPE_MEANINGS: Readonly<Record<string, string>> = {
  'orders:read': 'look at orders',
  'orders:write': 'place orders',
  'orders:bill': 'record that an order was billed',
  'clients:read': 'look at registered clients',
  'clients:write': 'register and change clients',
};

export function meaningOfScope(scope: string): string {
  return SCOPE_MEANINGS[scope] ?? 'known to its API alone';
}
